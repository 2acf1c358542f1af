import { Buffer } from "node:buffer";

/** The newest bytes of an endless output, addressed by their offset from its start. */
export interface Scrollback {
  append(bytes: Uint8Array): void;
  /** Returns at most `most` bytes from `offset`, which must still be stored. */
  read(offset: number, most: number): Buffer;
  /** Offset of the oldest stored byte. */
  readonly start: number;
  /** Offset after the newest byte. */
  readonly end: number;
}

/** @param max bytes to store; memory grows with the output up to this size */
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
      return Buffer.from(ring.subarray(at, at + length)); // a copy, since the ring overwrites it later
    },
    get start() {
      return startOf(ring.length);
    },
    get end() {
      return end;
    },
  };
}
