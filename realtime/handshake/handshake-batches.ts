import { HANDSHAKES_MAX, type HandshakeRequest } from "../../shared/protocol/access.ts";

/** Requests with handshakes at the same time. The second one starts for this many handshakes, or when the first is slow. */
const MAX_CONCURRENT = 2;
const MIN_SECOND_BATCH = 8;
const SLOW_MS = 50;
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
  let isScheduled = false;

  const mayStart = () => {
    if (concurrent === slow) return queue.length > 0 && concurrent < MAX_CONCURRENT;
    return queue.length >= MIN_SECOND_BATCH && concurrent < MAX_CONCURRENT;
  };
  const sendNext = () => {
    isScheduled = false;
    while (mayStart()) void sendBatch(takeBatch(queue));
  };
  const sendBatch = async (batch: Waiting<T>[]) => {
    concurrent++;
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slow++;
      sendNext();
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
      sendNext();
    }
  };

  return (handshake) =>
    new Promise((resolve, reject) => {
      queue.push({ handshake, resolve, reject });
      if (isScheduled || !mayStart()) return;
      isScheduled = true;
      setImmediate(sendNext);
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
