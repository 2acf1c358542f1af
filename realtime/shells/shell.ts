import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { ShellExec } from "../../shared/docker/exec.ts";
import { SHELL_PROGRESS, SHELL_WINDOW, type ShellEnd } from "../../shared/protocol/shell.ts";
import { AppError } from "../../shared/server/errors.ts";
import { createScrollback, type Scrollback } from "./scrollback.ts";

/** Stored output for viewers that return; larger than the window, so that the fastest viewer loses nothing. */
const SCROLLBACK_BYTES = 512 * 1024;
/** Largest event, in bytes. */
const CHUNK_BYTES = 32 * 1024;
/** Output read per second, in bytes: more than anybody reads, and a limit for programs such as `yes`. */
const BYTES_PER_SECOND = 1024 * 1024;
const SLICE_MS = 50;
const SLICE_BYTES = (BYTES_PER_SECOND * SLICE_MS) / 1_000;
/** Output within this time becomes one event. */
const GATHER_MS = 15;
/** Input that waits for a program that does not read, in bytes. */
const INPUT_MAX_BYTES = 64 * 1024;

/** A socket that views a shell. */
export interface ShellViewer {
  output(data: Buffer, offset: number): void;
  gap(from: number, to: number): void;
  closed(end: ShellOver): void;
}

export interface ShellOver {
  code: ShellEnd;
  exitCode: number | null;
}

/** The terminal of a running shell; its output remains available for some time after its end. */
export interface ShellRun {
  readonly exec: ShellExec;
  /** Undefined while it runs. */
  readonly over: ShellOver | undefined;
  readonly viewers: number;
  /** Offset after the newest byte of its output. */
  readonly end: number;
  /** Sends output to the viewer, starting at `since`; a second call moves it to that offset. */
  attach(viewer: ShellViewer, since: number): void;
  detach(viewer: ShellViewer): void;
  /** To be called when the viewer has read everything before the offset. */
  progress(viewer: ShellViewer, offset: number): void;
  /** Returns the bytes of output that `progress` with this offset would confirm. */
  unconfirmed(viewer: ShellViewer, offset: number): number;
  /** @throws AppError `rate_limited` if the program does not read its input, `gone` after its end */
  input(data: string): void;
  /** Closes the stream; nothing follows. */
  finish(over: ShellOver): void;
}

interface Place {
  sent: number;
  read: number;
}

/** Called once after the stream has ended by itself, with its output if it never became a shell. */
export type StreamEnded = (refusal: "no_shell" | "no_user" | undefined) => void;

/** Texts that the Engine writes to the terminal if it cannot run the shell; not for viewers. */
const refusals = [
  ["OCI runtime exec failed", "no_shell"],
  ["unable to find user", "no_user"],
  ["unable to find group", "no_user"],
] as const;

/**
 * Counts the output that is read from a shell, against {@link SLICE_BYTES} per {@link SLICE_MS}.
 * @param onRefill called after each time slice with output
 */
function createReadRate(onRefill: () => void) {
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const count = (read: number) => {
    bytes += read;
    timer ??= setTimeout(() => {
      timer = undefined;
      bytes = Math.max(0, bytes - SLICE_BYTES);
      if (bytes > 0) count(0);
      onRefill();
    }, SLICE_MS);
  };
  return {
    count,
    get isExceeded() {
      return bytes >= SLICE_BYTES;
    },
    stop: () => clearTimeout(timer),
  };
}

/** Sends the viewer the output that it lacks, within its window, after a gap for output that is no longer stored. */
function sendOutput(scrollback: Scrollback, viewer: ShellViewer, place: Place): void {
  if (place.sent < scrollback.start) {
    // One gap when the viewer reads again, since it grows until then.
    if (place.sent - place.read > SHELL_WINDOW - SHELL_PROGRESS) return;
    viewer.gap(place.sent, scrollback.start);
    place.sent = scrollback.start;
    place.read = place.sent;
  }
  while (place.sent < scrollback.end && place.sent - place.read < SHELL_WINDOW) {
    const data = scrollback.read(place.sent, CHUNK_BYTES);
    const offset = place.sent;
    place.sent += data.length;
    viewer.output(data, offset);
  }
}

/** Creates the run of a shell: its output for any number of viewers, its input and its end. */
export function createShellRun(exec: ShellExec, stream: Duplex, onEnded: StreamEnded): ShellRun {
  const scrollback = createScrollback(SCROLLBACK_BYTES);
  const viewers = new Map<ShellViewer, Place>();
  let over: ShellOver | undefined;
  let refusal: (typeof refusals)[number][1] | undefined;
  let pumpTimer: NodeJS.Timeout | undefined;
  let pumpedAt = Number.NEGATIVE_INFINITY;

  /** The fastest viewer sets the pace: a stopped one must not delay the others or the program. */
  const isFull = () => {
    if (viewers.size === 0) return false;
    return scrollback.end - Math.max(...[...viewers.values()].map(({ read }) => read)) >= SHELL_WINDOW;
  };
  const flow = () => {
    if (over) return;
    if (rate.isExceeded || isFull()) stream.pause();
    else stream.resume();
  };
  const rate = createReadRate(flow);

  const pumpOne = (viewer: ShellViewer, place: Place) => {
    sendOutput(scrollback, viewer, place);
    if (over && place.sent === scrollback.end) {
      viewers.delete(viewer);
      viewer.closed(over);
    }
  };
  const pump = () => {
    clearTimeout(pumpTimer);
    pumpTimer = undefined;
    pumpedAt = performance.now();
    for (const [viewer, place] of [...viewers]) pumpOne(viewer, place);
    flow();
  };
  const pumpSoon = () => {
    pumpTimer ??= setTimeout(pump, Math.max(0, pumpedAt + GATHER_MS - performance.now()));
  };

  stream.on("data", (chunk: Buffer) => {
    if (over) return;
    if (scrollback.end === 0) {
      const said = chunk.subarray(0, 64).toString("latin1");
      refusal ??= refusals.find(([words]) => said.startsWith(words))?.[1];
    }
    if (refusal) return;
    scrollback.append(chunk);
    rate.count(chunk.length);
    flow();
    pumpSoon();
  });
  stream.on("error", () => undefined); // `close` follows
  stream.once("close", () => {
    if (!over) onEnded(refusal);
  });
  stream.resume();

  return {
    exec,
    get over() {
      return over;
    },
    get viewers() {
      return viewers.size;
    },
    get end() {
      return scrollback.end;
    },
    attach(viewer, since) {
      const from = Math.min(since, scrollback.end);
      viewers.set(viewer, { sent: from, read: from });
      pumpSoon();
    },
    detach(viewer) {
      viewers.delete(viewer);
      flow();
    },
    progress(viewer, offset) {
      const place = viewers.get(viewer);
      if (!place) return;
      place.read = Math.max(place.read, Math.min(offset, place.sent));
      pumpOne(viewer, place);
      flow();
    },
    unconfirmed(viewer, offset) {
      const place = viewers.get(viewer);
      return place ? Math.max(0, Math.min(offset, place.sent) - place.read) : 0;
    },
    input(data) {
      if (over || stream.destroyed) throw new AppError("gone", "This shell has ended.");
      if (stream.writableLength > INPUT_MAX_BYTES) {
        throw new AppError("rate_limited", "The program in the shell does not read its input; try again later.");
      }
      stream.write(data);
    },
    finish(how) {
      if (over) return;
      over = how;
      rate.stop();
      stream.destroy();
      pump();
    },
  };
}
