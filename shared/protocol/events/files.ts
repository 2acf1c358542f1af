import { z } from "zod";
import { filePath } from "../identifier.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";

export const fileWatch = z.strictObject({ path: filePath });

/** `rescan`: changes were missed or came too fast to tell one by one; read the folder again. */
export type FileChangeType = "add" | "change" | "unlink" | "addDir" | "unlinkDir" | "rescan";

export interface FileChange {
  /** The watched folder, as the API names it (`/` is the file root). */
  path: string;
  type: FileChangeType;
  /** Name of the entry inside `path`; empty when `type` is `rescan`, or the folder itself went or came. */
  name: string;
  /** ISO 8601. */
  timestamp: string;
}

export interface FilesClientToServer {
  watch: (watch: z.input<typeof fileWatch>, ack?: Acknowledgement<{ path: string }>) => void;
  unwatch: (watch: z.input<typeof fileWatch>, ack?: Acknowledgement) => void;
}

export interface FilesServerToClient {
  connected: (watch: { path: string }) => void;
  change: (change: FileChange) => void;
  error: (error: { path?: string; message: string; code: ErrorCode }) => void;
}
