import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { decoderOf, UnreadableLogError, untilBroken } from "./engine-log.ts";
import type { StoredLine } from "./line-assembler.ts";

/** Kept of the last lines of a log, in UTF-16 units: of very long ones there are fewer. */
const MAX_CHARS = 16 * 1024 * 1024;
/** Bytes the Engine is asked for at once. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Tries to read a log that grows in the meantime. */
const MAX_TRIES = 4;
/** Drivers whose `tail` counts what is stored; a TTY's messages cannot be counted. */
const countingDrivers = new Set(["json-file", "local"]);

/** Whether a damaged record is detectable in the log of the container. */
export const showsDamage = ({ tty, logDriver }: ContainerIdentity): boolean => !tty && countingDrivers.has(logDriver);

/**
 * The end of a log. The Engine counts records from there by their line ends, and decodes them afterwards: where it sends
 * fewer than asked for, though it holds more, it gave up at a damaged record (after a power cut, on a full disk), and
 * says nothing of it.
 */
export interface LogEnd {
  /** Whole lines, in the Engine's order. */
  lines: StoredLine[];
  /** Messages the Engine sent: a long line is many. */
  messages: number;
  /** The whole log was read. */
  isWhole: boolean;
  /** A damaged record ended the reading: older lines, and some of those before the end, are missing. */
  isDamaged: boolean;
  /** The first line may be the end of a longer one, whose beginning was not read. */
  isCut: boolean;
  /** The rest was more than is read at once. */
  isFull: boolean;
  /** Time of a last line that is not whole yet. */
  pendingTime: string | undefined;
}

/** Reads the last messages of a log, of which at most `keep` lines are kept. */
export async function readEnd(
  docker: DockerHost,
  container: ContainerIdentity,
  messages: number,
  keep: number,
  signal: AbortSignal,
): Promise<LogEnd> {
  let read = await readMessages(docker, container, messages, keep, signal);
  if (!showsDamage(container)) {
    if (read.broken !== undefined) throw new UnreadableLogError(read.broken);
    return { ...read, isWhole: read.isShort, isDamaged: false };
  }
  let isDoubted = false;
  for (let round = 1; read.isShort; round++) {
    // Where nothing came the whole log is asked for. A log that grows looks damaged too, unless it is read once more.
    const first = await firstStoredTime(docker, container, read.messages || undefined, signal);
    if (first === read.firstTime && read.broken === undefined) return { ...read, isWhole: true, isDamaged: false };
    const again = await readMessages(docker, container, messages, keep, signal);
    const isSame = again.messages === read.messages && again.isShort;
    read = again;
    // A single response can be short or empty while the container starts again.
    if (isSame && isDoubted) return { ...read, isWhole: false, isDamaged: true };
    isDoubted = isSame;
    if (round >= MAX_TRIES) return { ...read, isWhole: true, isDamaged: false };
  }
  return { ...read, isWhole: false, isDamaged: false };
}

/**
 * What follows the last damaged record among the last messages of a log; its lines are few, or none. In a log that grows
 * meanwhile that record is further from the end than among those messages.
 */
export async function readBehindDamage(
  docker: DockerHost,
  container: ContainerIdentity,
  messages: number,
  keep: number,
  signal: AbortSignal,
): Promise<LogEnd> {
  let [intact, damaged] = [0, messages];
  let best: LogEnd = {
    lines: [],
    messages: 0,
    isWhole: false,
    isDamaged: false,
    isCut: false,
    isFull: false,
    pendingTime: undefined,
  };
  /** Whether so many messages can be read; one short response may be of a line that is just being written. */
  const isIntact = async (asked: number): Promise<boolean> => {
    let read = await readMessages(docker, container, asked, keep, signal, true);
    if (read.isShort) read = await readMessages(docker, container, asked, keep, signal, true);
    if (read.isShort) return false;
    best = { ...read, isWhole: false, isDamaged: false };
    intact = asked;
    return true;
  };
  const isEnough = () => best.isFull || (best.lines.length >= keep && !best.isCut);
  for (let round = 1; round <= MAX_TRIES; round++) {
    while (damaged - intact > 1 && !isEnough()) {
      const middle = Math.floor((intact + damaged) / 2);
      if (!(await isIntact(middle))) damaged = middle;
    }
    while (!isEnough() && (await isIntact(damaged))) damaged *= 2;
    if (isEnough() || damaged - intact === 1) break;
  }
  return best;
}

/** Time of the first of the last `messages` that are stored, or of all; undefined when there is none. */
export async function firstStoredTime(
  docker: DockerHost,
  container: ContainerIdentity,
  messages: number | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const decoder = decoderOf(container);
  const stream = await docker.openLogs(container.id, { follow: false, tail: messages, signal });
  for await (const chunk of untilBroken(stream)) {
    const times = decoder.add(chunk).map(({ time }) => time);
    const pending = decoder.pendingTime();
    if (pending !== undefined) times.push(pending);
    if (times.length > 0) return times.reduce((left, right) => (right < left ? right : left));
    if (decoder.broken !== undefined) return undefined;
  }
  return decoder.end()[0]?.time;
}

/** The last lines that can be read from the beginning on. */
export const readUpToDamage = async (
  docker: DockerHost,
  container: ContainerIdentity,
  keep: number,
  signal: AbortSignal,
): Promise<LogEnd> => ({
  ...(await readMessages(docker, container, undefined, keep, signal)),
  isWhole: false,
  isDamaged: true,
});

async function readMessages(
  docker: DockerHost,
  container: ContainerIdentity,
  asked: number | undefined,
  keep: number,
  signal: AbortSignal,
  keepsFirst = asked === undefined,
) {
  const decoder = decoderOf(container);
  let lines: StoredLine[] = [];
  let chars = 0;
  let bytes = 0;
  let firstTime: string | undefined;
  /** The line of the first message, which may have begun before it; behind a damaged record that is all there is. */
  let cut: StoredLine | undefined;
  let isFull = false;

  const trim = () => {
    let drop = Math.max(0, lines.length - keep - 1);
    for (const { text } of lines.slice(0, drop)) chars -= text.length;
    for (; chars > MAX_CHARS && drop < lines.length - 1; drop++) {
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
    if (lines.length > 2 * keep + 2 || chars > 2 * MAX_CHARS) trim();
  };
  const note = (stored: readonly StoredLine[]) => {
    for (const time of [...stored.map((line) => line.time), decoder.pendingTime()]) {
      if (time !== undefined && (firstTime === undefined || time < firstTime)) firstTime = time;
    }
  };
  const stream = await docker.openLogs(container.id, { follow: false, tail: asked, signal });
  for await (const chunk of untilBroken(stream)) {
    bytes += chunk.length;
    const stored = decoder.add(chunk);
    if (firstTime === undefined) note(stored);
    take(stored);
    if (decoder.broken !== undefined) break;
  }
  if (!container.running) {
    const stored = decoder.end();
    if (firstTime === undefined) note(stored);
    take(stored);
  }
  trim();
  const isShort = decoder.broken !== undefined || (asked !== undefined && decoder.messages < asked);
  if (!isShort && !keepsFirst) lines = lines.filter((line) => line !== cut);
  lines = lines.slice(Math.max(0, lines.length - keep));
  return {
    lines,
    isCut: !isShort && lines[0] !== undefined && lines[0] === cut,
    messages: decoder.messages,
    /** Of the first messages. */
    firstTime,
    isShort,
    isFull: isFull || bytes > MAX_READ_BYTES,
    pendingTime: decoder.pendingTime(),
    broken: decoder.broken,
  };
}
