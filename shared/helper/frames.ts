/**
 * Frames of the root helper: two lengths of four bytes (big-endian), a head of JSON, and a body of any bytes.
 */
export interface Frame {
  head: unknown;
  body: Buffer;
}

export interface FrameLimits {
  head: number;
  body: number;
}

const PREFIX = 8;

export function encodeFrame(head: unknown, body: Uint8Array = empty): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(json.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, json, body]);
}

const empty = new Uint8Array(0);

/**
 * Creates a reader that splits chunks into frames.
 *
 * @throws Error for a frame above the limits or with a head that is no JSON; the connection is unusable then.
 */
export function createFrameReader(limits: FrameLimits, onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let size = 0;
  /** Bytes needed before the next attempt, so that a long frame is not copied once per chunk. */
  let needed = PREFIX;

  return (chunk) => {
    pending.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    const bytes = pending.length === 1 ? chunk : Buffer.concat(pending);
    let start = 0;
    for (;;) {
      const left = bytes.length - start;
      needed = PREFIX;
      if (left < PREFIX) break;
      const head = bytes.readUInt32BE(start);
      const body = bytes.readUInt32BE(start + 4);
      if (head > limits.head || body > limits.body) throw new Error("a frame is too large");
      needed = PREFIX + head + body;
      if (left < needed) break;
      const text = bytes.toString("utf8", start + PREFIX, start + PREFIX + head);
      onFrame({ head: JSON.parse(text), body: bytes.subarray(start + PREFIX + head, start + needed) });
      start += needed;
    }
    const rest = bytes.subarray(start);
    pending = rest.length > 0 ? [rest] : [];
    size = rest.length;
  };
}
