import { advance, type LogLine, type Position } from "../../logs/log-source.ts";
import type { ContainerIdentity, DockerHost } from "../docker.ts";
import { startOf } from "./container-position.ts";
import type { StoredLine } from "./line-assembler.ts";
import { decoderOf, UnreadableLogError, untilBroken } from "./log-access.ts";
import { createResumeFilter } from "./resume-filter.ts";

/** Of the last lines of a log, in UTF-16 units: of very long ones there are fewer. */
const MAX_TAIL_CHARS = 16 * 1024 * 1024;
/** Bytes the Engine is asked for at once to find them. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

export interface Tail {
  /** At most the number asked for, whole ones, in the Engine's order. */
  lines: LogLine[];
  /** Where a reader stands that lacks them, and one that has them. */
  base: Position;
  position: Position;
}

/**
 * The last lines of a log. The Engine's `tail` counts messages, of which a long line is many, so that it is asked again
 * for more until there are lines enough.
 */
export async function readTail(
  docker: DockerHost,
  container: ContainerIdentity,
  count: number,
  signal: AbortSignal,
): Promise<Tail> {
  // One more than asked for: the first may be the end of a long line.
  let messages = count + 1;
  for (;;) {
    const read = await readMessages(docker, container, messages, count, signal);
    const isEnough = read.lines.length >= count || read.isWhole || read.isFull;
    if (!isEnough) {
      messages = Math.max(2 * messages, Math.ceil((1.25 * messages * count) / Math.max(1, read.lines.length)));
      continue;
    }
    const filter = createResumeFilter(startOf(container.id));
    const { lines } = filter.accept(read.lines);
    filter.note(read.pendingTime);
    const base = filter.baseline(startOf(container.id));
    return { lines, base, position: advance(base, lines) };
  }
}

/** Time of the line that the Engine stored last. */
export async function newestStoredTime(
  docker: DockerHost,
  container: ContainerIdentity,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { lines } = await readTail(docker, container, 1, signal);
  return lines.at(-1)?.time;
}

async function readMessages(
  docker: DockerHost,
  container: ContainerIdentity,
  messages: number,
  count: number,
  signal: AbortSignal,
) {
  const decoder = decoderOf(container);
  let lines: StoredLine[] = [];
  let chars = 0;
  let bytes = 0;
  /** The line of the first message, which may have begun before it. */
  let cut: StoredLine | undefined;
  let isFull = false;

  const trim = () => {
    let drop = Math.max(0, lines.length - count - 1);
    for (const { text } of lines.slice(0, drop)) chars -= text.length;
    for (; chars > MAX_TAIL_CHARS && drop < lines.length - 1; drop++) {
      chars -= (lines[drop] as StoredLine).text.length;
      isFull = true;
    }
    if (drop > 0) lines = lines.slice(drop);
  };
  const take = (stored: readonly StoredLine[]) => {
    for (const line of stored) {
      if (!cut && line.error === decoder.beginsWithError) cut = line;
      lines.push(line);
      chars += line.text.length;
    }
    if (lines.length > 2 * count + 2 || chars > 2 * MAX_TAIL_CHARS) trim();
  };
  const stream = await docker.openLogs(container.id, { follow: false, tail: messages, signal });
  for await (const chunk of untilBroken(stream)) {
    bytes += chunk.length;
    take(decoder.add(chunk));
    if (decoder.broken !== undefined) throw new UnreadableLogError(decoder.broken);
  }
  if (!container.running) take(decoder.end());
  trim();
  const isWhole = decoder.messages < messages;
  if (!isWhole) lines = lines.filter((line) => line !== cut);
  return {
    lines: lines.slice(Math.max(0, lines.length - count)),
    isWhole,
    isFull: isFull || bytes > MAX_READ_BYTES,
    pendingTime: decoder.pendingTime(),
  };
}
