import { LINE_CUT_MARK, LINE_MAX_BYTES } from "../line-limit.ts";

/** A line of a container as the Engine stored it. */
export interface StoredLine {
  /** RFC 3339 with nine digits, in UTC: such times order as text. */
  time: string;
  text: string;
  error: boolean;
}

/** The Engine's copier cuts a line into messages of this many bytes, each with a timestamp of its own. */
export const MESSAGE_BYTES = 16 * 1024;

const NEWLINE = 0x0a;

/** Joins the messages of one stream into lines: bytes are decoded once a line is whole, so no character is cut. */
export interface LineAssembler {
  /** Takes the text of a message, the bytes `start` to `end` of the chunk, and pushes the line it completes. */
  add(chunk: Buffer, time: string, start: number, end: number, lines: StoredLine[]): void;
  /** Time of a line that is not whole yet. */
  readonly pendingTime: string | undefined;
  /** Ends a line that has no newline: the container wrote it last and exited. */
  finish(lines: StoredLine[]): void;
}

export function createLineAssembler(error: boolean): LineAssembler {
  let parts: Buffer[] = [];
  let bytes = 0;
  let firstTime = "";
  let cut = false;

  const finish = (lines: StoredLine[]) => {
    if (bytes === 0 && !cut) return;
    let text = Buffer.concat(parts).toString("utf8");
    if (cut) text += LINE_CUT_MARK;
    if (!text.endsWith("\n")) text += "\n";
    lines.push({ time: firstTime, text, error });
    parts = [];
    bytes = 0;
    cut = false;
  };

  return {
    add(chunk, time, start, end, lines) {
      const whole = chunk[end - 1] === NEWLINE;
      if (bytes === 0 && whole && end - start <= LINE_MAX_BYTES) {
        lines.push({ time, text: chunk.toString("utf8", start, end), error });
        return;
      }
      if (bytes === 0) firstTime = time;
      if (!cut) {
        const length = Math.min(LINE_MAX_BYTES - bytes, end - start);
        parts.push(Buffer.from(chunk.subarray(start, start + length)));
        bytes += length;
        if (length < end - start) cut = true;
      }
      // A message without a newline is a full one in mid-line, or the last words of a run that ended.
      if (whole || end - start < MESSAGE_BYTES) finish(lines);
    },
    get pendingTime() {
      return bytes > 0 ? firstTime : undefined;
    },
    finish,
  };
}
