import { HANDSHAKES_MAX, type HandshakeRequest } from "../../shared/protocol/access.ts";

/** Requests with handshakes at the same time. The second one starts for this many handshakes, or when the first is slow. */
const MAX_CONCURRENT = 2;
const MIN_SECOND_BATCH = 8;
const SLOW_MS = 50;
/**
 * Shortest time between two requests, in milliseconds, unless {@link ENOUGH} handshakes wait. An API that responds within a
 * millisecond would else get a request for every one or two handshakes of a rush, which doubled the cost of a connection.
 */
const APART_MS = 4;
const ENOUGH = 16;
/** Cookies and keys of one request, in characters: JSON of it stays far below the largest body that the API reads. */
const MAX_BATCH_CHARS = 128 * 1024;

interface Waiting<T> {
  handshake: HandshakeRequest;
  resolve(result: T): void;
  reject(error: unknown): void;
}

/**
 * Joins the handshakes of one turn of the event loop, and those that wait meanwhile, into one request: when a thousand clients
 * reconnect together, a request for each costs more than all else. Callers that wait are bounded by the limit of sockets.
 * @param send sends at most {@link HANDSHAKES_MAX} handshakes; resolves with a result for each, in order
 */
export function createHandshakeBatches<T>(
  send: (handshakes: HandshakeRequest[]) => Promise<T[]>,
): (handshake: HandshakeRequest) => Promise<T> {
  const queue: Waiting<T>[] = [];
  let concurrent = 0;
  let slow = 0;
  let isDue = false;
  let later: NodeJS.Timeout | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;

  const mayStart = () => {
    if (concurrent === slow) return queue.length > 0 && concurrent < MAX_CONCURRENT;
    return queue.length >= MIN_SECOND_BATCH && concurrent < MAX_CONCURRENT;
  };
  const schedule = () => {
    if (isDue || !mayStart()) return;
    const wait = queue.length >= ENOUGH ? 0 : sentAt + APART_MS - performance.now();
    if (wait > 0) {
      later ??= setTimeout(sendNext, wait);
      return;
    }
    isDue = true;
    setImmediate(sendNext);
  };
  const sendNext = () => {
    clearTimeout(later);
    later = undefined;
    isDue = false;
    if (!mayStart()) return;
    sentAt = performance.now();
    while (mayStart()) void sendBatch(takeBatch(queue));
  };
  const sendBatch = async (batch: Waiting<T>[]) => {
    concurrent++;
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slow++;
      schedule();
    }, SLOW_MS);
    try {
      const results = await send(batch.map(({ handshake }) => handshake));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as T);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      clearTimeout(timer);
      if (isSlow) slow--;
      concurrent--;
      schedule();
    }
  };

  return (handshake) =>
    new Promise((resolve, reject) => {
      queue.push({ handshake, resolve, reject });
      schedule();
    });
}

function takeBatch<T>(queue: Waiting<T>[]): Waiting<T>[] {
  let chars = 0;
  const tooMany = queue.findIndex(({ handshake: { cookie = "", token = "" } }, index) => {
    chars += cookie.length + token.length;
    return index === HANDSHAKES_MAX || (index > 0 && chars > MAX_BATCH_CHARS);
  });
  return queue.splice(0, tooMany === -1 ? queue.length : tooMany);
}
