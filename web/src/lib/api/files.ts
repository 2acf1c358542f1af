import type { VersionChoice } from "../../../../shared/protocol/file.ts";
import { PICTURE_MAX } from "../../../../shared/protocol/file-limits.ts";
import { answer, ask, routes, unpack, upload, urlOf } from "./request.ts";

export const files = {
  list: async (path: string, { after, limit = 500 }: { after?: string; limit?: number } = {}) => {
    const query = { path, limit: String(limit), ...(after === undefined ? {} : { after }) };
    return (await answer(routes().files.$get({ query }))).folder;
  },
  readText: async (path: string) => (await answer(routes().files.text.$get({ query: { path } }))).file,
  /** The bytes of a picture; null when there are too many to show it. */
  readPicture: (path: string) => readBytes(urlOf("/files/download", { path }), PICTURE_MAX),
  /** Without `etag` the file must not exist yet; with it, it must not have changed since it was read. */
  writeText: async (json: { path: string; content: string; etag?: string; allowHardLinks?: boolean }) =>
    (await answer(routes().files.text.$put({ json }))).file,
  makeFolder: (path: string) => answer(routes().files.folder.$post({ json: { path } })),
  rename: (from: string, to: string) => answer(routes().files.rename.$post({ json: { from, to } })),
  remove: (path: string) => answer(routes().files.$delete({ query: { path } })),
  downloadUrl: (path: string) => urlOf("/files/download", { path }),
  upload: (
    path: string,
    file: Blob,
    {
      allowHardLinks = false,
      ...options
    }: { onProgress?: (share: number) => void; signal?: AbortSignal; allowHardLinks?: boolean } = {},
  ) => upload(urlOf("/files/upload", { path, allowHardLinks: String(allowHardLinks) }), file, options),
  interruptedSaves: async () => (await answer(routes().files.saves.$get())).saves,
  chooseVersion: (id: string, version: VersionChoice) =>
    answer(routes().files.saves[":id"].$post({ param: { id }, json: { version } })),
};

/** Reads the bytes of a file; null when there are more than `max`, of which none is read then. @throws ApiFailure */
async function readBytes(url: string, max: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const abort = new AbortController();
  const response = await ask(url, { method: "GET", signal: abort.signal });
  if (!response.ok) return unpack(new URL(url).pathname, response);
  if (!(Number(response.headers.get("content-length") ?? Number.NaN) <= max)) {
    abort.abort();
    return null;
  }
  return new Uint8Array(await response.arrayBuffer());
}
