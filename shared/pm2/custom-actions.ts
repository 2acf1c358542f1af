import { z } from "zod";
import { maskText } from "../logs/masking.ts";
import type { TriggerResult } from "../protocol/deployment-details.ts";
import { decodeArgument } from "./amp.ts";
import type { DaemonLink } from "./daemon-link.ts";

/** Longest wait for the replies of an action, and for the bus. */
const REPLY_LIMIT_MS = 10_000;
/** Longest result, in characters. */
const MAX_RESULT = 16_384;

const reply = z.object({
  process: z.object({ pm_id: z.number() }),
  data: z.object({ action_name: z.string().optional(), return: z.unknown() }),
});

export interface ReplyOptions {
  pmIds: readonly number[];
  action: string;
  /** Sends the action to one process. */
  send: (pmId: number) => Promise<unknown>;
}

/**
 * Sends a custom action to processes and collects what each replies on PM2's bus, for 10 s at most.
 *
 * @throws What `send` throws
 */
export async function collectReplies(
  link: Pick<DaemonLink, "followBus">,
  { pmIds, action, send }: ReplyOptions,
): Promise<TriggerResult[]> {
  const results = new Map<number, string>();
  const stop = new AbortController();
  const all = Promise.withResolvers<void>();
  const up = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    up.resolve();
    all.resolve();
  }, REPLY_LIMIT_MS);
  const onMessage = (topic: string, data: Buffer | undefined) => {
    if (topic !== "axm:reply") return;
    const parsed = reply.safeParse(decodeArgument(data));
    if (!parsed.success) return;
    const { process, data: answer } = parsed.data;
    if (!pmIds.includes(process.pm_id) || (answer.action_name ?? action) !== action) return;
    results.set(process.pm_id, toText(answer.return));
    if (results.size === pmIds.length) all.resolve();
  };
  try {
    link.followBus({ onMessage, onState: (isUp) => isUp && up.resolve() }, stop.signal);
    // A reply that comes before the bus is followed would be lost.
    await up.promise;
    await Promise.all(pmIds.map(send));
    await all.promise;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return pmIds.map((pmId) => ({ pmId, result: results.get(pmId) ?? null }));
}

function toText(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
  return maskText(text.slice(0, MAX_RESULT));
}
