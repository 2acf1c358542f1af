import { Buffer } from "node:buffer";

export interface LineReader {
  /** Calls `onLine` for each complete line. */
  push(chunk: Buffer): void;
  /** Passes on the last line if it had no line end. */
  end(): void;
}

/**
 * Splits bytes into lines of UTF-8. A line above `maxBytes` is cut: `onOverflow` is called once, its first part is passed on
 * as a line, and the rest is dropped.
 */
export function createLineReader(maxBytes: number, onLine: (line: string) => void, onOverflow = () => {}): LineReader {
  let parts: Buffer[] = [];
  let held = 0;
  let skipping = false;

  const give = () => {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    held = 0;
    onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  };
  const take = (piece: Buffer) => {
    if (skipping || piece.length === 0) return;
    const room = maxBytes - held;
    parts.push(piece.length > room ? piece.subarray(0, room) : piece);
    held += Math.min(piece.length, room);
    if (piece.length <= room) return;
    skipping = true;
    give();
    onOverflow();
  };

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        take(chunk.subarray(from, at));
        if (!skipping) give();
        skipping = false;
        from = at + 1;
      }
      take(chunk.subarray(from));
    },
    end() {
      if (held > 0) give();
    },
  };
}
