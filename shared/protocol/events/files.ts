import { z } from "zod";
import { filePath } from "../identifier.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import type { AliveClientToServer } from "./alive.ts";

export const fileWatch = z.strictObject({ path: filePath });

/** `rescan`: changes were missed or too frequent to report; read the folder again. */
export type FileChangeType = "add" | "change" | "unlink" | "addDir" | "unlinkDir" | "rescan";

export interface FileChange {
  /** The watched folder (`/` is the file root). */
  path: string;
  type: FileChangeType;
  /** Name of the entry inside `path`; empty for `rescan`, and when the folder itself was created or removed. */
  name: string;
  /** ISO 8601. */
  timestamp: string;
}

export interface FilesClientToServer extends AliveClientToServer {
  watch: (watch: z.input<typeof fileWatch>, ack?: Acknowledgement<{ path: string }>) => void;
  unwatch: (watch: z.input<typeof fileWatch>, ack?: Acknowledgement) => void;
}

export interface FilesServerToClient {
  connected: (watch: { path: string }) => void;
  change: (change: FileChange) => void;
  error: (error: { path?: string; message: string; code: ErrorCode }) => void;
}
