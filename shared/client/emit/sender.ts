import type { QueuedEvent } from "./event-queue.ts";
import type { Post } from "./post.ts";
import { RefusedError, readEmitReply } from "./response.ts";
import type { EmitResult } from "./result.ts";

export interface SenderOptions {
  post: Post;
  /** Called for each event in order, once it needs not be sent again. */
  settle(event: QueuedEvent, result: EmitResult): void;
}

export interface Sender {
  /** Sends events in order. @throws UnavailableError: the events that were not settled are to be sent again. */
  send(events: readonly QueuedEvent[]): Promise<void>;
  /** Forgets what is known of the server: another version may be there next. */
  forgetServer(): void;
}

/**
 * Sends batches of events to `POST /emit`. The server accepts or refuses a batch as a whole: a refused one is sent
 * again event by event, so that one event does not hold up the others. A server that refuses the key `id` is an older
 * one; it gets events without ids from then on.
 */
export function createSender({ post, settle }: SenderOptions): Sender {
  let withIds = true;

  const emit = async (events: readonly QueuedEvent[], ids: boolean): Promise<number[]> => {
    const bodies = events.map(({ id, json }) => (ids ? `{"id":"${id}",${json.slice(1)}` : json));
    return readEmitReply(await post("/emit", `{"events":[${bodies.join(",")}]}`), events.length);
  };
  const emitOne = async (event: QueuedEvent): Promise<EmitResult> => {
    const outcome = await attempt([event], withIds);
    if (!(outcome instanceof RefusedError)) return { delivered: outcome[0] ?? 0 };
    if (withIds && outcome.code === "invalid_input") {
      const second = await attempt([event], false);
      if (!(second instanceof RefusedError)) {
        withIds = false;
        return { delivered: second[0] ?? 0 };
      }
    }
    return { refused: outcome.message, code: outcome.code };
  };
  const attempt = async (events: readonly QueuedEvent[], ids: boolean) => {
    try {
      return await emit(events, ids);
    } catch (error) {
      if (error instanceof RefusedError) return error;
      throw error;
    }
  };
  const oneByOne = async (events: readonly QueuedEvent[]) => {
    for (const event of events) settle(event, await emitOne(event));
  };

  return {
    async send(events) {
      // An older server says how many sockets a request reached, and not how many each event did.
      const needsCounts = !withIds && events.some(({ awaited }) => awaited);
      if (events.length === 1 || needsCounts) return oneByOne(events);
      const outcome = await attempt(events, withIds);
      if (outcome instanceof RefusedError) {
        if (outcome.ofEvent) return oneByOne(events);
        for (const event of events) settle(event, { refused: outcome.message, code: outcome.code });
        return;
      }
      events.forEach((event, index) => {
        settle(event, { delivered: outcome[index] ?? 0 });
      });
    },
    forgetServer() {
      withIds = true;
    },
  };
}
