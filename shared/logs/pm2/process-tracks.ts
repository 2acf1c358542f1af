import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ProcessLogFiles } from "../../pm2/process-log-files.ts";
import type { LineFormat } from "./line-parser.ts";

/** Followed files of one deployment; limited, since a cursor names each of them. */
const MAX_FILES = 64;

/** One log file and the processes that write to it. */
export interface LogTrack {
  id: string;
  path: string;
  error: boolean;
  /** The process that writes the file, if there is only one. */
  instance: number | undefined;
  format: LineFormat;
  /** PM2's name of the app. */
  app: string;
}

export interface LogTracks {
  tracks: LogTrack[];
  /** Number of instances beyond the limit of files. */
  leftOut: number;
}

const trackId = (path: string) => createHash("sha256").update(path).digest("hex").slice(0, 12);

/** Returns the tracks of a deployment: one per file, since processes and streams can share files. */
export function toTracks(processes: readonly ProcessLogFiles[]): LogTracks {
  const tracks = new Map<string, LogTrack>();
  let leftOut = 0;
  for (const { pmId, name, out, error, both, format } of processes) {
    const files = [
      { path: out, error: false },
      { path: error, error: true },
      { path: both, error: false },
    ].flatMap((file) => (file.path === null ? [] : [{ ...file, path: file.path }]));
    const fresh = new Set(files.map(({ path }) => path).filter((path) => !tracks.has(path)));
    // Either all files of an instance are read, or none.
    if (tracks.size + fresh.size > MAX_FILES) {
      leftOut++;
      continue;
    }
    for (const file of files) {
      const known = tracks.get(file.path);
      if (!known) tracks.set(file.path, { id: trackId(file.path), ...file, instance: pmId, format, app: name });
      else if (known.instance !== pmId) known.instance = undefined;
    }
  }
  return { tracks: [...tracks.values()], leftOut };
}

/** Returns a notice about an incomplete log; undefined if it is complete. */
export async function noticeOf(processes: readonly ProcessLogFiles[]): Promise<string | undefined> {
  const { tracks, leftOut } = toTracks(processes);
  const words: string[] = [];
  const lacks = (stream: "out" | "error") =>
    processes.length > 0 && processes.every((one) => one[stream] === null && one.both === null);
  if (lacks("out") && lacks("error")) words.push("This app keeps no log: PM2 is configured to discard its output.");
  else if (lacks("out")) words.push("This app keeps no log of its standard output.");
  else if (lacks("error")) words.push("This app keeps no log of its error output.");
  if (leftOut > 0) {
    const shown = processes.length - leftOut;
    words.push(`The logs of ${shown} of ${processes.length} instances are shown; ${leftOut} are not.`);
  }
  const folders = [...new Set(tracks.map(({ path }) => dirname(path)))];
  const missing = await Promise.all(folders.map(isMissing));
  if (missing.includes(true)) {
    words.push("The folder of this log was moved or removed. Restart the app, so that PM2 opens its log again.");
  }
  return words.length === 0 ? undefined : words.join(" ");
}

const isMissing = (folder: string) =>
  stat(folder).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT" || error.code === "ENOTDIR",
  );
