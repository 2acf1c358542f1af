import { connect, type Socket } from "node:net";
import { maskText } from "../logs/masking.ts";
import { DeadlineError } from "../server/async/breaker.ts";
import { setDeadline } from "../server/async/deadline.ts";
import { UnavailableError } from "../server/dependency.ts";
import { UpstreamError } from "../server/upstream-error.ts";
import { createFrameReader, decodeArgument, encodeFrame } from "./amp.ts";

/** Largest response, in bytes: the process list contains the environment of every process. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Largest response of another user's daemon. */
export const MAX_FOREIGN_ANSWER = 32 * 1024 * 1024;

/** The daemon refused the call. */
export class Pm2Error extends UpstreamError {
  constructor(message: string) {
    super(message);
    this.hide(maskText);
  }
}

export type Pm2Method =
  | "ping"
  | "getVersion"
  | "getMonitorData"
  | "restartProcessId"
  | "reloadProcessId"
  | "stopProcessId"
  | "deleteProcessId"
  | "duplicateProcessId"
  | "resetMetaProcessId"
  | "prepare"
  | "msgProcess"
  | "notifyByProcessId";

/**
 * Calls one method of PM2's daemon on a new connection and returns its first result. Never starts a daemon.
 * @throws Pm2Error, UnavailableError, or DeadlineError after `limitMs`
 */
export function callPm2(
  socketPath: string,
  method: Pm2Method,
  argument: unknown,
  limitMs: number,
  maxAnswer = MAX_ANSWER,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const end = (settle: () => void) => {
      endDeadline();
      socket.destroy();
      settle();
    };
    const endDeadline = setDeadline(() => end(() => reject(new DeadlineError())), limitMs);
    const read = createFrameReader((args) => {
      const answer = decodeArgument(args[0]) as { error?: unknown; args?: unknown[] } | undefined;
      end(() => (answer?.args ? resolve(answer.args[0]) : reject(new Pm2Error(String(answer?.error)))));
    }, maxAnswer);
    socket.on("connect", () => socket.write(encodeFrame([{ type: "call", method, args: [argument] }, "ai-desktop:0"])));
    readInto(socket, read);
    socket.on("error", (error) => end(() => reject(toUnavailable(error))));
    socket.on("close", () => end(() => reject(toUnavailable(undefined))));
  });
}

/** Closes the connection with an error if a frame cannot be read. */
export function readInto(socket: Socket, read: (chunk: Buffer) => void): void {
  socket.on("data", (chunk) => {
    try {
      read(chunk as Buffer);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}

function toUnavailable(error: unknown): UnavailableError {
  switch ((error as { code?: unknown } | undefined)?.code) {
    case "ENOENT":
      return new UnavailableError("absent", "PM2 is not running here; start a process with it.", error);
    case "ECONNREFUSED":
      return new UnavailableError("down", "PM2's daemon is gone; `pm2 resurrect` starts it again.", error);
    case "EACCES":
    case "EPERM":
      return new UnavailableError("down", "This user may not speak to PM2's daemon; run both as one user.", error);
    default:
      return new UnavailableError("down", "The connection to PM2's daemon broke.", error);
  }
}
