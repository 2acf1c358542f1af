import { type FSWatcher, fstatSync, watch } from "node:fs";
import type { GapReason } from "../../protocol/events/services.ts";
import type { Mark } from "../log-source.ts";
import type { LogAccess } from "./log-access.ts";
import {
  type FileLine,
  fingerprint,
  fingerprintOf,
  isPlace,
  LineReader,
  type LogHandle,
  sumOf,
  type TailOptions,
  tailOffset,
} from "./log-file.ts";
import { headBehind } from "./log-filler.ts";

/** Interval at which a file is checked without an event: watches can run out, or miss a rename. */
export const POLL_MS = 500;
/** The name can lead to another file, which has to be watched instead. */
const REWATCH_MS = 2_000;

export interface TailHandlers {
  /** Awaited, so that a slow consumer slows the reading. `modified`: when the file last changed, in milliseconds since 1970. */
  onLines(lines: FileLine[], epoch: string, modified: number): void | Promise<void>;
  onLost(reason: GapReason, to: Mark): void;
}

/** A position in a file where one run ends and the next one starts. */
export interface RunBreak {
  offset: number;
}

/** Last lines that are read of a file that becomes readable. */
const MAX_SKIPPED_TO = 1_000;
/** Stored breaks of one file, for later readers. */
const MAX_BREAKS = 256;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

const epochFrom = (ino: number, print: number) => `${ino.toString(36)}-${print.toString(36)}`;

/** Identity of a file, different from its predecessor with the same name: inode and first line. */
const epochOf = async (handle: LogHandle): Promise<string> =>
  epochFrom((await handle.stat()).ino, await fingerprintOf(handle));

/** A rotated file that is open. */
interface Neighbour {
  handle: LogHandle;
  epoch: string;
  size: number;
}

/** Until its first line is complete, a file is identified by its inode only. */
function isSameFile(left: string, right: string): boolean {
  if (left === right) return true;
  const [leftNode, leftPrint] = left.split("-");
  const [rightNode, rightPrint] = right.split("-");
  return leftNode === rightNode && (leftPrint === "0" || rightPrint === "0");
}

/**
 * Whether a blank line has covered what the file of the mark began with: a rotation can be late to write it. That is the end of
 * the file that its head was moved to.
 */
async function isCovered(moved: Neighbour | undefined, live: LogHandle, { epoch, at }: Mark): Promise<boolean> {
  const filler = await headBehind(undefined, live);
  if (!moved || filler === 0 || at < filler || moved.size < filler) return false;
  const rest = Buffer.alloc(filler);
  await moved.handle.read(rest, 0, filler, moved.size - filler);
  return epoch === epochFrom((await live.stat()).ino, fingerprint(rest));
}

const sameContent = (left: string, right: string) => left.split("-")[1] === right.split("-")[1] && !left.endsWith("-0");

/**
 * Follows a log file by its name across rotation (by rename, or by copy and truncate), starting at a mark. Keeps the file open
 * between reads, so that lines written after a rename are still read.
 */
export class FileTail {
  mark: Mark;
  /** The file could not be read until now: reading begins with its last lines, if nothing of it was read before. */
  skipsHeld = false;
  /** The file before it was last read to its end. */
  private seen: { ino: number; size: number; mtimeMs: number } | undefined;
  private readonly path: string;
  private readonly handlers: TailHandlers;
  private handle: LogHandle | undefined;
  private reader: LineReader;
  private reading: Promise<void> = Promise.resolve();
  /** Epochs that this tail has read, oldest first. */
  private readonly epochs: string[] = [];

  /** Breaks that must be delivered before the lines after them are read. */
  private readonly held: RunBreak[] = [];
  /** Breaks of this file, by epoch. A line never spans a break. */
  private readonly breaks: Mark[];

  private readonly access: LogAccess;

  /** @param breaks of earlier readers of the file; new ones are added */
  constructor(access: LogAccess, path: string, from: Mark | undefined, handlers: TailHandlers, breaks: Mark[] = []) {
    this.access = access;
    this.breaks = breaks;
    this.path = path;
    this.mark = from ?? { epoch: "", at: 0 };
    this.reader = new LineReader(this.mark.at);
    this.handlers = handlers;
    if (from) this.epochs.push(from.epoch);
  }

  compare(left: Mark, right: Mark): number {
    if (left.epoch === right.epoch) return left.at - right.at;
    const [leftAge, rightAge] = [this.epochs.indexOf(left.epoch), this.epochs.indexOf(right.epoch)];
    return leftAge === -1 || rightAge === -1 ? Number.NaN : leftAge - rightAge;
  }

  /** Reads nothing written after this call until `release`. Not for files with several writers. */
  hold(): RunBreak | undefined {
    if (this.handle?.fd === undefined) return undefined;
    const runBreak = { offset: fstatSync(this.handle.fd).size };
    this.held.push(runBreak);
    return runBreak;
  }

  release(runBreak: RunBreak): void {
    const index = this.held.indexOf(runBreak);
    if (index !== -1) this.held.splice(index, 1);
  }

  /** Reads to the end of a file without a writer. Its last text counts as a line even without a line end. */
  async finish(): Promise<void> {
    await this.catchUp();
    this.reading = this.reading.then(async () => {
      if (!this.handle || this.held.length > 0) return;
      const lines = this.reader.finish();
      if (lines.length === 0) return;
      const epoch = await epochOf(this.handle);
      this.note(epoch, this.reader.position);
      await this.deliver(lines, epoch, this.handle);
    });
    await this.reading;
  }

  private note(epoch: string, at: number): void {
    if (this.breaks.some((one) => one.epoch === epoch && one.at === at)) return;
    this.breaks.push({ epoch, at });
    if (this.breaks.length > MAX_BREAKS) this.breaks.shift();
  }

  private stopAt(epoch: string): number {
    let stop = this.held[0]?.offset ?? Number.POSITIVE_INFINITY;
    for (const { epoch: other, at } of this.breaks) {
      const isAhead = at > this.reader.position || (at === this.reader.position && this.reader.isMidLine);
      if (at < stop && isAhead && isSameFile(other, epoch)) stop = at;
    }
    return stop;
  }

  /** Reads to the current end, across rotations since the last call. Calls run one after the other. */
  catchUp(): Promise<void> {
    this.reading = this.reading.then(
      () => this.readOn(),
      () => this.readOn(),
    );
    return this.reading;
  }

  private async readOn(): Promise<void> {
    if (!this.handle && !(await this.reopen())) return;
    while (this.handle) {
      const handle: LogHandle = this.handle;
      const seen = await handle.stat();
      const { size, ino } = seen;
      if (handle.isReplaced) {
        await this.afterReplacement(handle);
        continue;
      }
      const epoch = await epochOf(handle);
      const isOther = this.mark.at > 0 && !(isSameFile(epoch, this.mark.epoch) && (await holdsMark(handle, this.mark)));
      const restarted = size < this.reader.position || isOther;
      if (restarted) {
        await this.afterTruncation();
        continue;
      }
      if (!(await this.drain(handle, epoch))) {
        await this.afterTruncation();
        continue;
      }
      if (this.held.length > 0) return;
      const current = await this.access.stat(this.path);
      if (!current || current.ino === ino) {
        this.seen = seen;
        return;
      }
      await this.deliver(this.reader.finish(), await epochOf(handle), handle);
      await this.startOver();
    }
  }

  /** Whether the name leads to the file that was read, and the file is as it was then: a check without reading. */
  async isUnchanged(): Promise<boolean> {
    const { seen } = this;
    if (!this.handle || !seen) return false;
    const now = await this.access.stat(this.path);
    return now !== undefined && now.ino === seen.ino && now.size === seen.size && now.mtimeMs === seen.mtimeMs;
  }

  async close(): Promise<void> {
    const handle = this.handle;
    this.handle = undefined;
    await handle?.close();
  }

  private async deliver(lines: FileLine[], epoch: string, handle: LogHandle): Promise<void> {
    const last = lines.at(-1);
    if (!last) return;
    this.mark = { epoch, at: last.end };
    const sum = sumOf(last.text);
    if (sum !== undefined) this.mark.sum = sum;
    if (this.epochs.at(-1) !== epoch) this.epochs.push(epoch);
    if (this.epochs.length > 16) this.epochs.shift();
    await this.handlers.onLines(lines, epoch, (await handle.stat()).mtimeMs);
  }

  /** Returns false if the file was rotated meanwhile: what was read last can be from another place. */
  private async drain(handle: LogHandle, known: string): Promise<boolean> {
    let epoch = known;
    for (;;) {
      for await (const lines of this.reader.read(handle, () => this.stopAt(epoch))) {
        if (!isSameFile(await epochOf(handle), epoch)) return false;
        if (epoch.endsWith("-0")) epoch = await epochOf(handle);
        await this.deliver(lines, epoch, handle);
      }
      const [hold] = this.held;
      const isBreak = this.breaks.some(
        ({ epoch: other, at }) => isSameFile(other, epoch) && at === this.reader.position,
      );
      if (!isBreak && hold?.offset !== this.reader.position) return true;
      const lines = this.reader.finish();
      if (lines.length > 0) {
        if (!isBreak) this.note(epoch, this.reader.position);
        await this.deliver(lines, epoch, handle);
      }
      if (hold && hold.offset <= this.reader.position) return true;
      if (!(this.reader.position < (await handle.stat()).size)) return true;
    }
  }

  /** Opens the file by name; returns false if there is none. Reads rotated files first if the mark is in one of them. */
  private async reopen(): Promise<boolean> {
    let handle: LogHandle;
    try {
      handle = await this.access.open(this.path);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    this.handle = handle;
    const skips = this.skipsHeld;
    this.skipsHeld = false;
    if (skips && this.mark.at === 0) this.reader = new LineReader(await tailOffset(handle, MAX_SKIPPED_TO));
    if (this.mark.at === 0) return true;
    const epoch = await epochOf(handle);
    const { size } = await handle.stat();
    if (isSameFile(epoch, this.mark.epoch) && size >= this.mark.at && (await holdsMark(handle, this.mark))) return true;
    await this.throughNeighbours("rotated", handle);
    return true;
  }

  /**
   * Reads the rest of the rotated file of the mark, then the files after it. Reports a loss if the file is gone, unless
   * `reports` is false. Reading goes on at the start of `live`, or at the mark if its head was moved to a rotated file.
   *
   * @returns Whether the place was found.
   */
  private async throughNeighbours(reason: GapReason, live: LogHandle | undefined, reports = true): Promise<boolean> {
    const sought = this.mark;
    const neighbours = await this.openNeighbours();
    try {
      const candidates = await Promise.all(
        neighbours.map(async ({ handle, size }) => size >= sought.at && (await holdsMark(handle, sought))),
      );
      // A rename keeps the inode; a copy keeps only the content, and the newest of equal copies is the right one.
      const holds = (same: (epoch: string) => boolean) =>
        neighbours.findLastIndex(({ epoch }, index) => same(epoch) && candidates[index]);
      const renamed = holds((epoch) => epoch === sought.epoch);
      let first = renamed === -1 ? holds((epoch) => sameContent(epoch, sought.epoch)) : renamed;
      let from = sought.at;
      if (first === -1) {
        const place = await this.movedPlace(neighbours, live);
        if (place && place.index === neighbours.length) {
          this.continueAt(place.at, await epochOf(place.handle));
          return true;
        }
        if (place) {
          first = place.index;
          from = place.at;
        }
      }
      this.reader = new LineReader(live ? await headBehind(neighbours.at(-1)?.handle, live) : 0);
      if (first === -1) {
        if (!reports) return false;
        this.handlers.onLost(reason, sought);
        this.mark = { epoch: this.mark.epoch, at: 0 };
        return false;
      }
      for (const [index, { handle, epoch }] of neighbours.entries()) {
        if (index < first) continue;
        const start = index === first ? from : await headBehind(neighbours[index - 1]?.handle, handle);
        const reader = new LineReader(start);
        for await (const lines of reader.read(handle)) await this.deliver(lines, epoch, handle);
        await this.deliver(reader.finish(), epoch, handle);
      }
      this.mark = { epoch: this.mark.epoch, at: 0 };
      return true;
    } finally {
      for (const { handle } of neighbours) await handle.close();
    }
  }

  /** Finds the mark in the files after the one that it was in, if the head of that one was moved and the rest stayed. */
  private async movedPlace(
    neighbours: readonly Neighbour[],
    live: LogHandle | undefined,
  ): Promise<{ index: number; at: number; handle: LogHandle } | undefined> {
    const files = [...neighbours, ...(live ? [{ handle: live, epoch: "", size: (await live.stat()).size }] : [])];
    let index = neighbours.findLastIndex(({ epoch }) => sameContent(epoch, this.mark.epoch));
    let { at } = this.mark;
    if (index === -1) {
      if (!live || !(await isCovered(neighbours.at(-1), live, this.mark))) return undefined;
      index = neighbours.length;
    }
    for (let file = files[index]; file && at > file.size; file = files[index]) {
      const next = files[++index];
      if (!next) return undefined;
      at -= file.size - (await headBehind(file.handle, next.handle));
    }
    const found = files[index];
    if (!found || !(await holdsMark(found.handle, { ...this.mark, at }))) return undefined;
    return { index, at, handle: found.handle };
  }

  /** The same place, after the bytes before it became fewer. */
  private continueAt(at: number, epoch: string): void {
    const moved = this.mark.at - at;
    for (const runBreak of this.held) runBreak.offset -= moved;
    for (const one of [...this.breaks]) {
      if (isSameFile(one.epoch, this.mark.epoch) && one.at > moved) this.note(epoch, one.at - moved);
    }
    this.reader = new LineReader(at);
    this.mark = { ...this.mark, epoch, at };
    if (this.epochs.at(-1) !== epoch) this.epochs.push(epoch);
  }

  /** Returns the readable rotated files, oldest first. */
  private async openNeighbours(): Promise<Neighbour[]> {
    const neighbours: Neighbour[] = [];
    for (const path of await this.access.rotated(this.path)) {
      const handle = await this.access.open(path).catch(() => undefined);
      if (handle) neighbours.push({ handle, epoch: await epochOf(handle), size: (await handle.stat()).size });
    }
    return neighbours;
  }

  private async afterTruncation(): Promise<void> {
    if (this.mark.at === 0 || !this.handle) return this.startOver();
    await this.throughNeighbours("truncated", this.handle);
    // The reader of the rest of the file goes on; anything else begins anew.
    if (this.mark.at > 0) return;
    const { offset } = this.reader;
    await this.startOver();
    this.reader = new LineReader(offset);
  }

  /** The rest of the file is read under the name that it has now, if that can be found. */
  private async afterReplacement(replaced: LogHandle): Promise<void> {
    const rest = this.reader.finish();
    const { epoch } = this.mark;
    const handle = await this.access.open(this.path).catch(() => undefined);
    const isFound = this.mark.at > 0 && (await this.throughNeighbours("rotated", handle, false));
    if (!isFound) {
      await this.deliver(rest, epoch, replaced);
      this.handlers.onLost("rotated", this.mark);
      this.reader = new LineReader(0);
      this.mark = { epoch: "", at: 0 };
    }
    this.held.length = 0;
    await this.close();
    this.handle = handle;
  }

  private async startOver(): Promise<void> {
    await this.close();
    this.held.length = 0;
    this.reader = new LineReader(0);
    this.mark = { epoch: "", at: 0 };
    this.handle = await this.access.open(this.path).catch(() => undefined);
  }
}

/** Whether the content before the mark is unchanged: an emptied file may have grown past it, with the same first line. */
const holdsMark = async (handle: LogHandle, { at, sum }: Mark): Promise<boolean> =>
  sum === undefined || isPlace(handle, at, sum);

export interface FollowFileOptions {
  onError(error: unknown): void;
  /** The file was read to its end, or does not exist. */
  onRead(): void;
  pollMs: number;
  /** Whether the file system tells of changes. */
  isDirect: boolean;
}

/** Follows a file until aborted: reads on every change, and checks it every `pollMs` in case a change was missed. */
export async function followFile(
  tail: FileTail,
  path: string,
  signal: AbortSignal,
  { onError, onRead, pollMs, isDirect }: FollowFileOptions,
): Promise<void> {
  let watcher: FSWatcher | undefined;
  let wake: (() => void) | undefined;
  let dirty = false;
  const nudge = () => {
    dirty = true;
    wake?.();
  };
  const rewatch = () => {
    watcher?.close();
    watcher = undefined;
    if (!isDirect) return;
    try {
      watcher = watch(path, { persistent: false }, nudge);
      watcher.on("error", () => {});
    } catch {
      // No file yet, or no watches left: polled instead.
    }
  };
  signal.addEventListener("abort", nudge, { once: true });
  rewatch();
  let watchedAt = performance.now();
  let timedOut = false;
  while (!signal.aborted) {
    dirty = false;
    try {
      if (!timedOut || !(await tail.isUnchanged())) {
        await tail.catchUp();
        onRead();
      }
    } catch (error) {
      onError(error);
      await tail.close();
    }
    if (dirty || signal.aborted) continue;
    timedOut = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
    wake = undefined;
    if (timedOut && performance.now() - watchedAt >= REWATCH_MS) {
      watchedAt = performance.now();
      rewatch();
    }
  }
  watcher?.close();
  await tail.close();
}

/** Returns the mark before the last `lines` complete lines of a file; undefined if there is no such file. */
export async function tailMark(
  access: LogAccess,
  path: string,
  lines: number,
  options: TailOptions = {},
): Promise<Mark | undefined> {
  let handle: LogHandle;
  try {
    handle = await access.open(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return { epoch: await epochOf(handle), at: await tailOffset(handle, lines, options) };
  } finally {
    await handle.close();
  }
}
