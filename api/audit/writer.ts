import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { AuditEntry } from "../../shared/protocol/account.ts";
import { ConfigError } from "../../shared/server/config.ts";
import type { AnchorStore } from "./anchor.ts";
import { followsOn, hashIn, parseLine, toLine } from "./chain.ts";
import {
  CLOSED_FILES_MAX,
  type ClosedFile,
  closedFileName,
  closedFiles,
  currentFile,
  FILE_MAX_BYTES,
  HARD_FILES_MAX,
  KEEP_DAYS,
} from "./files.ts";
import { dropCutLine, firstLine, lastLines } from "./tail.ts";

const DAY_MS = 86_400_000;

export interface WriterOptions {
  folder: string;
  key: Buffer;
  anchor: AnchorStore;
  fileMaxBytes?: number;
  closedFilesMax?: number;
  /** Read whenever a file is closed. */
  keepDays?: () => number;
  hardFilesMax?: number;
}

/** Creates a function that appends a line to the chain, exclusively among all processes, and closes full files. It throws if the disk is full. */
export function createWriter(options: WriterOptions): (entry: Omit<AuditEntry, "sequence">) => void {
  const { folder, key, anchor, fileMaxBytes = FILE_MAX_BYTES, closedFilesMax = CLOSED_FILES_MAX } = options;
  const { keepDays = () => KEEP_DAYS, hardFilesMax = HARD_FILES_MAX } = options;
  const path = currentFile(folder);
  for (const file of [path, ...closedFiles(folder).map((closed) => closed.path)]) refuseShared(file);
  anchor.alone(() => {
    if (existsSync(path)) takeIn(path, key, anchor);
  });

  /** Closes the current file if it is full, and removes the oldest files after the anchor has moved past them. */
  const closeFull = () => {
    if (!existsSync(path) || statSync(path).size < fileMaxBytes) return;
    const state = anchor.read();
    const first = parseLine(firstLine(path))?.sequence ?? state.sequence;
    renameSync(path, join(folder, closedFileName(first)));
    const files = closedFiles(folder);
    const keepFrom = new Date(Date.now() - keepDays() * DAY_MS).toISOString();
    const isOld = ({ path }: ClosedFile) => (parseLine(lastLines(path).at(-1) ?? "")?.at ?? "") < keepFrom;
    let goneCount = Math.max(0, files.length - hardFilesMax);
    for (; goneCount < files.length - closedFilesMax; goneCount++) {
      const file = files[goneCount];
      if (!file || !isOld(file)) break;
    }
    const kept = files.slice(goneCount);
    const lastGone = files[goneCount - 1];
    if (!lastGone || !kept[0]) return;
    const firstPrevious = hashIn(lastLines(lastGone.path).at(-1) ?? "") ?? state.firstPrevious;
    anchor.write({ ...state, firstSequence: kept[0].first, firstPrevious });
  };
  const removeOld = () => {
    const { firstSequence } = anchor.read();
    for (const file of closedFiles(folder)) if (file.first < firstSequence) rmSync(file.path, { force: true });
  };

  return (entry) => {
    if (existsSync(path) && statSync(path).size >= fileMaxBytes) {
      anchor.alone(closeFull); // checks again: another process may have been first
      removeOld();
    }
    let sizeBefore: number | undefined;
    const append = () => {
      const state = anchor.read();
      const sequence = state.sequence + 1;
      const { line, hash } = toLine(key, state.hash, { sequence, ...entry });
      const descriptor = openSync(path, "a", 0o600);
      try {
        sizeBefore = fstatSync(descriptor).size;
        const bytes = Buffer.from(`${line}\n`);
        if (writeSync(descriptor, bytes) < bytes.length) throw Object.assign(new Error("cut"), { code: "ENOSPC" });
      } finally {
        closeSync(descriptor);
      }
      anchor.write({ ...state, sequence, hash });
    };
    // A partial line would damage the next one, and a complete line without its anchor would be written twice.
    anchor.alone(append, () => sizeBefore !== undefined && truncateSync(path, sizeBefore));
  };
}

function refuseShared(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && process.platform !== "win32" && (stats.mode & 0o077) !== 0) {
    throw new ConfigError("The audit trail in DATA_DIR can be read by other users; set the mode of its files to 0600.");
  }
}

/** Moves the anchor past lines that were written just before a crash. */
function takeIn(path: string, key: Buffer, anchor: AnchorStore): void {
  dropCutLine(path);
  let state = anchor.read();
  for (const line of lastLines(path)) {
    if (parseLine(line)?.sequence !== state.sequence + 1 || !followsOn(key, state.hash, line)) continue;
    state = { ...state, sequence: state.sequence + 1, hash: hashIn(line) ?? state.hash };
    anchor.write(state);
  }
}
