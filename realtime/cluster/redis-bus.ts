import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { z } from "zod";
import { revocation } from "../../shared/protocol/access.ts";
import { EMIT_BATCH_MAX, EMIT_BODY_MAX, type EmitEvent, readEmitEvent } from "../../shared/protocol/emit.ts";
import { createBackoff } from "../../shared/server/async/backoff.ts";
import type { Log } from "../../shared/server/log.ts";
import type { BusHandlers, BusMessage, ClusterBus } from "./bus.ts";
import { Outbox } from "./outbox.ts";
import { createSeal, type Seal } from "./seal.ts";

const STREAM = "ai-desktop:realtime";
/** Entries that Redis keeps, so that a server that was disconnected for a moment can catch up. */
const STREAM_MAX_ENTRIES = 10_000;
/** Longest wait of one read for new entries. */
const BLOCK_MS = 2_000;
const READ_COUNT = 500;
const BEGINNING = "0-0";
/** Largest entry, in characters: the largest body of `/emit`, serialized again. */
const MAX_BODY = 2 * EMIT_BODY_MAX;

const emitEvent = z
  .unknown()
  .transform(
    (value, context): EmitEvent =>
      readEmitEvent(value, ({ message, path }) => context.addIssue({ code: "custom", message, path })) ?? z.NEVER,
  );

const busMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("emit"), events: z.array(emitEvent).max(EMIT_BATCH_MAX) }),
  z.object({ kind: z.literal("revoke"), revocation }),
  z.object({ kind: z.literal("gap") }),
]);

type Client = ReturnType<typeof openClient>;

function openClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, reconnectStrategy: (retries) => Math.min(2_000, 50 * 2 ** Math.min(retries, 6)) },
  });
}

/**
 * A bus over one Redis stream. A stream rather than publish and subscribe: a server that loses Redis for a moment continues
 * after its last entry, and detects if that entry was removed. Other programs may be able to write to the stream, so only
 * entries sealed with the emit token count, which all servers of a panel share.
 */
export function openRedisBus(url: string, emitToken: string, handlers: BusHandlers, log: Log): ClusterBus {
  const seal = createSeal(randomUUID(), emitToken);
  const receive = createReceiver(seal, handlers, log);
  const writer = openClient(url);
  const reader = openClient(url);
  const abort = new AbortController();
  const outbox = new Outbox();
  let wakeWriter: (() => void) | undefined;
  let up = false;

  for (const client of [writer, reader]) {
    client.on("error", (error: unknown) => {
      if (up) log.warn({ err: error }, "Redis is unreachable, and so are other realtime servers");
      up = false;
    });
  }
  // Reading starts before writing, so that the reader misses nothing.
  const connected = Promise.all([connect(reader), connect(writer)]);
  const done = Promise.all([connected.then(() => read()), connected.then(() => write())]);

  async function connect(client: Client): Promise<void> {
    await client.connect().catch(() => {}); // it retries by itself until closed
  }

  async function read(): Promise<void> {
    const backoff = createBackoff();
    let last: string | undefined;
    let broken = false;
    while (!abort.signal.aborted) {
      try {
        if (last === undefined || broken) {
          const lost = last !== undefined && !(await holds(reader, last));
          if (last === undefined) last = (await newest(reader)) ?? BEGINNING;
          else if (lost) last = BEGINNING;
          broken = false;
          backoff.reset();
          up = true;
          if (lost) handlers.onGap();
        }
        const answer = await reader.xRead({ key: STREAM, id: last }, { BLOCK: BLOCK_MS, COUNT: READ_COUNT });
        for (const { messages } of (answer as
          | { messages: { id: string; message: Record<string, string> }[] }[]
          | null) ?? []) {
          for (const { id, message } of messages) {
            last = id;
            receive(message);
          }
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!broken) log.debug({ err: error }, "reading from Redis failed");
        broken = true;
        up = false;
        await backoff.wait(abort.signal);
      }
    }
  }

  async function write(): Promise<void> {
    const backoff = createBackoff();
    const gap = JSON.stringify({ kind: "gap" } satisfies BusMessage);
    while (!abort.signal.aborted) {
      const next = outbox.dropped > 0 ? gap : outbox.first();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
        continue;
      }
      try {
        await writer.xAdd(STREAM, "*", seal.seal(next), {
          TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: STREAM_MAX_ENTRIES },
        });
        if (next === gap) outbox.dropped = 0;
        else outbox.done(next);
        backoff.reset();
      } catch {
        await backoff.wait(abort.signal);
      }
    }
  }

  return {
    publish(message) {
      outbox.push(JSON.stringify(message));
      wakeWriter?.();
    },
    get up() {
      return up;
    },
    async close() {
      abort.abort();
      wakeWriter?.();
      reader.destroy();
      writer.destroy();
      await done.catch(() => {});
    },
  };
}

/** Whether the stream still continues after the last entry of this reader: not if it was emptied or trimmed. */
async function holds(reader: Client, last: string): Promise<boolean> {
  if (last === BEGINNING) return (await reader.exists(STREAM)) === 1;
  return (await reader.xRange(STREAM, last, last))?.length === 1;
}

/** Returns the id of the newest entry; undefined for an empty stream. */
async function newest(reader: Client): Promise<string | undefined> {
  return (await reader.xRevRange(STREAM, "+", "-", { COUNT: 1 }))?.[0]?.id;
}

/** Creates a function that passes the message of a valid entry to the handlers. */
function createReceiver(seal: Seal, handlers: BusHandlers, log: Log): (entry: Record<string, string>) => void {
  let refused = 0;
  return (entry) => {
    const opened = (entry.body?.length ?? 0) > MAX_BODY ? "refused" : seal.open(entry);
    if (opened === "own") return;
    if (opened === "refused") {
      // Only the first, then every thousandth, so that their sender cannot fill the log.
      if (refused++ % 1_000 === 0)
        log.error({ refused }, "entries of the Redis stream are not of this panel's servers");
      return;
    }
    try {
      const message = busMessage.parse(JSON.parse(opened.body));
      if (message.kind === "gap") handlers.onGap();
      else handlers.onMessage(message);
    } catch (error) {
      log.error({ err: error }, "a message of another realtime server could not be read");
    }
  };
}
