import { decodePart } from "../../lib/addresses.ts";
import { basePath } from "../../lib/urls.ts";
import { normalizePath } from "./file-path.ts";

/** Path of the file that the query of a folder's address names: by its name in the folder, or by its path. Null without one. */
export function fileOf(folder: string, given: string | string[] | null | undefined): string | null {
  const name = Array.isArray(given) ? given[0] : given;
  if (!name) return null;
  const path = normalizePath(name.startsWith("/") ? name : `${folder}/${name}`);
  return path === "/" ? null : path;
}

/** Path of the file that an address of the app opens; null when it opens none. */
export function openFileOf({ pathname, searchParams }: URL, base = basePath()): string | null {
  const start = `${base}/files`;
  if (pathname !== start && !pathname.startsWith(`${start}/`)) return null;
  return fileOf(normalizePath(decodePart(pathname.slice(start.length))), searchParams.get("file"));
}
