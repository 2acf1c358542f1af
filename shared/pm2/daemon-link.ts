import type { ListeningPort } from "../protocol/deployment-details.ts";
import type { BusHandlers } from "./pm2-bus.ts";
import type { Pm2Method } from "./pm2-rpc.ts";
import type { RotateOptions } from "./rotate-log.ts";

/** A log file as it is found on the disk. */
export interface LinkedFile {
  /** Two paths of one file have the same id; a file that replaces another has its own. */
  id: string;
  /** In bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

/** PM2's saved list. */
export interface SavedFile {
  bytes: Uint8Array;
  /** Last change, in milliseconds since the epoch. */
  modifiedAt: number;
}

/**
 * How one PM2 daemon, its log files and its processes are reached: by this process itself (`createDirectLink`), or through
 * the root helper. No method starts a daemon, or reads or changes a file through a link.
 *
 * @throws each method: AppError `forbidden`; `upstream_unavailable` if the daemon or the helper does not respond
 */
export interface DaemonLink {
  /** PM2_HOME of the daemon. */
  readonly home: string;
  /**
   * Set if this process may also open the log files by their paths, to follow them at less cost: then only files of this
   * user, or any that it may open if `owner` is undefined.
   */
  readonly direct?: { owner: number | undefined };
  /** Whether calls that change something are allowed now. They are refused with `forbidden` otherwise. */
  readonly canWrite: boolean;
  /** Who can allow changes, and how, as a sentence; undefined if they are allowed. */
  readonly readOnlyHint: string | undefined;
  /**
   * Calls a method of the daemon; resolves with its first result.
   *
   * @throws Pm2Error if the daemon refuses the call, DeadlineError after `limitMs`
   */
  call(method: Pm2Method, argument: unknown, limitMs: number): Promise<unknown>;
  /** Follows the daemon's event bus until aborted, and connects again by itself. */
  followBus(handlers: BusHandlers, signal: AbortSignal): void;
  /**
   * Finds a log file, or a rotated one by its number (`<path>.1`). Follows links; null if there is no such file.
   *
   * @throws AppError `not_supported` for anything but a regular file
   */
  statFile(path: string): Promise<LinkedFile | null>;
  /**
   * Reads up to `length` bytes of a file that `statFile` finds; fewer at its end.
   *
   * @throws AppError `not_found`, `not_supported` (a link, or no regular file)
   */
  readFile(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Empties a log file; resolves with the bytes that were deleted. One that is missing is empty. */
  emptyFile(path: string): Promise<number>;
  /** Whether a log file can be rotated without losing a line; null if it is unknown. */
  canRotate(path: string): Promise<boolean | null>;
  /**
   * Moves the head of a log file to a rotated file beside it, as the user of the daemon: see `rotateLogFile`. Takes minutes
   * for a large file.
   *
   * @returns Bytes that were moved.
   */
  rotateFile(path: string, options: RotateOptions): Promise<number>;
  /** Null if nothing is saved. @throws AppError `too_large` above 64 MiB */
  readSaved(): Promise<SavedFile | null>;
  /** Replaces PM2's saved list at once: a crash leaves the old or the new one. The old one stays beside it. */
  writeSaved(text: string): Promise<void>;
  /**
   * TCP ports that these processes and their children listen on.
   *
   * @returns Null if it is unknown, for one: these are not all children of the daemon.
   */
  listeningPorts(pids: readonly number[]): Promise<ListeningPort[] | null>;
  /** TCP ports that the daemon itself listens on, for its apps in cluster mode; null, or absent, if it is unknown. */
  daemonPorts?(): Promise<ListeningPort[] | null>;
  /**
   * Sends a signal to a process that the daemon started, and to nothing else.
   *
   * @throws AppError `conflict` if it has ended, `not_supported` if it is unknown who started it
   */
  sendSignal(pid: number, signal: NodeJS.Signals): Promise<void>;
}
