/**
 * AMP, the framing of PM2's daemon: one byte with version and number of arguments, then each argument after its
 * length. An argument starts with `j:` for JSON or `s:` for text.
 */
const VERSION = 1;

export function encodeFrame(args: readonly unknown[]): Buffer {
  const parts: Buffer[] = [Buffer.from([(VERSION << 4) | args.length])];
  for (const arg of args) {
    const body = Buffer.from(typeof arg === "string" ? `s:${arg}` : `j:${JSON.stringify(arg ?? null)}`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    parts.push(length, body);
  }
  return Buffer.concat(parts);
}

/** Returns the text of an argument, or the value of its JSON; undefined if it is neither. */
export function decodeArgument(arg: Buffer | undefined): unknown {
  const kind = arg?.toString("latin1", 0, 2);
  if (kind === "s:") return arg?.toString("utf8", 2);
  if (kind !== "j:") return undefined;
  try {
    return JSON.parse(arg?.toString("utf8", 2) ?? "");
  } catch {
    return undefined;
  }
}

/**
 * Creates a reader that splits chunks into frames and passes on the undecoded arguments of each frame.
 * @throws Error for a frame of another version or above `maxBytes`; the connection is unusable then.
 */
export function createFrameReader(onFrame: (args: Buffer[]) => void, maxBytes: number): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let size = 0;
  /** Bytes needed before the next attempt, so that a long frame is not copied once per chunk. */
  let needed = 1;

  return (chunk) => {
    pending.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    const bytes = pending.length === 1 ? chunk : Buffer.concat(pending);
    let start = 0;
    for (;;) {
      const frame = readFrame(bytes, start);
      if ("needed" in frame) {
        needed = frame.needed;
        break;
      }
      onFrame(frame.args);
      start = frame.end;
    }
    if (needed > maxBytes) throw new Error(`AMP frame of more than ${maxBytes} bytes`);
    const rest = bytes.subarray(start);
    pending = rest.length > 0 ? [rest] : [];
    size = rest.length;
  };
}

function readFrame(bytes: Buffer, start: number): { args: Buffer[]; end: number } | { needed: number } {
  const meta = bytes[start];
  if (meta === undefined) return { needed: 1 };
  if (meta >> 4 !== VERSION) throw new Error("not an AMP frame");
  const args: Buffer[] = [];
  let offset = start + 1;
  for (let count = meta & 0xf; count > 0; count--) {
    if (bytes.length < offset + 4) return { needed: offset + 4 - start };
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (bytes.length < end) return { needed: end - start };
    args.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return { args, end: offset };
}
