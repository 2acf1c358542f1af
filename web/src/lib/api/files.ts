import type { FolderListing, TextFile } from "../../../../shared/protocol/file.ts";
import { request, upload, urlOf } from "./request.ts";

export const files = {
  list: async (path: string, page: { after?: string; limit?: number } = {}) =>
    (await request<{ folder: FolderListing }>("GET", "/files", { query: { path, ...page } })).folder,
  readText: async (path: string) => (await request<{ file: TextFile }>("GET", "/files/text", { query: { path } })).file,
  /** Without `etag` the file must not exist yet; with it, it must not have changed since it was read. */
  writeText: async (body: { path: string; content: string; etag?: string }) =>
    (await request<{ file: TextFile }>("PUT", "/files/text", { body })).file,
  makeFolder: (path: string) => request("POST", "/files/folder", { body: { path } }),
  rename: (from: string, to: string) => request("POST", "/files/rename", { body: { from, to } }),
  remove: (path: string) => request("DELETE", "/files", { query: { path } }),
  downloadUrl: (path: string) => urlOf("/files/download", { path }),
  upload: (path: string, file: Blob, options?: { onProgress?: (share: number) => void; signal?: AbortSignal }) =>
    upload("/files/upload", { path }, file, options),
};
