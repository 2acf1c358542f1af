import { Buffer } from "node:buffer";

/** The newest bytes of an endless output, by their offset from its beginning. */
export interface Scrollback {
  append(bytes: Uint8Array): void;
  /** Bytes from `offset` on, `most` of them at most; `offset` must be held still. */
  read(offset: number, most: number): Buffer;
  /** Offset of the oldest byte held. */
  readonly start: number;
  /** Offset after the newest one. */
  readonly end: number;
}

/** @param max Bytes held; the memory is taken as output comes, up to that. */
export function createScrollback(max: number): Scrollback {
  let ring = Buffer.alloc(Math.min(max, 16 * 1024));
  let end = 0;
  const startOf = (size: number) => Math.max(0, end - size);

  const grow = (needed: number) => {
    if (ring.length === max || needed <= ring.length) return;
    const larger = Buffer.alloc(Math.min(max, Math.max(needed, ring.length * 4)));
    for (let at = startOf(ring.length); at < end; ) {
      const from = at % ring.length;
      const to = at % larger.length;
      const length = Math.min(end - at, ring.length - from, larger.length - to);
      ring.copy(larger, to, from, from + length);
      at += length;
    }
    ring = larger;
  };

  return {
    append(bytes) {
      grow(end + bytes.length);
      const kept = bytes.subarray(Math.max(0, bytes.length - ring.length));
      end += bytes.length - kept.length;
      const at = end % ring.length;
      const first = kept.subarray(0, ring.length - at);
      ring.set(first, at);
      ring.set(kept.subarray(first.length), 0);
      end += kept.length;
    },
    read(offset, most) {
      const at = offset % ring.length;
      const length = Math.min(most, end - offset, ring.length - at);
      return Buffer.from(ring.subarray(at, at + length)); // a copy: the ring continues turning
    },
    get start() {
      return startOf(ring.length);
    },
    get end() {
      return end;
    },
  };
}
