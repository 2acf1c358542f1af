import { z } from "zod";
import { decodeArgument } from "../amp.ts";
import type { BusHandlers } from "../pm2-bus.ts";

/** Characters that are kept of each stream: what a caller is shown is 1 KiB at most. */
const MAX_TEXT = 900;
const CONNECT_LIMIT_MS = 2_000;

const message = z.object({
  process: z.object({ name: z.coerce.string(), namespace: z.string().catch("default") }),
  data: z.coerce.string(),
});

/**
 * Collects the last output of a process from PM2's bus, wherever it logs. Errors count more than other output.
 *
 * @returns Once the bus is connected, or after 2 s: what is printed before is lost.
 */
export async function followOutput(
  follow: (handlers: BusHandlers, signal: AbortSignal) => void,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<() => string> {
  const texts = { "log:err": "", "log:out": "" };
  const connected = Promise.withResolvers<void>();
  const timer = setTimeout(connected.resolve, CONNECT_LIMIT_MS);
  follow(
    {
      onMessage(topic, data) {
        if (topic !== "log:err" && topic !== "log:out") return;
        const parsed = message.safeParse(decodeArgument(data));
        if (!parsed.success || parsed.data.process.name !== name || parsed.data.process.namespace !== namespace) return;
        texts[topic] = (texts[topic] + parsed.data.data).slice(-MAX_TEXT);
      },
      onState: (up) => up && connected.resolve(),
    },
    signal,
  );
  await connected.promise;
  clearTimeout(timer);
  return () => (texts["log:err"].trim() === "" ? texts["log:out"] : texts["log:err"]);
}
