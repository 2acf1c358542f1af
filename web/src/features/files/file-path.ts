import { nameMessages } from "./messages.ts";

/** Longest name of common file systems, in bytes. */
const MAX_NAME = 255;

/** Path of `name` inside `folder`; `/` is the root. */
export const joinPath = (folder: string, name: string): string => (folder === "/" ? `/${name}` : `${folder}/${name}`);

export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Normalizes a path for the API: one leading slash, none at the end, no `.`, `..` or empty part. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export interface Crumb {
  name: string;
  path: string;
}

/** The folders from the root to `path`, inclusive; the name of the root is empty. */
export function crumbsOf(path: string): Crumb[] {
  const crumbs: Crumb[] = [{ name: "", path: "/" }];
  for (const name of path.split("/").filter(Boolean)) {
    crumbs.push({ name, path: joinPath(crumbs.at(-1)?.path ?? "/", name) });
  }
  return crumbs;
}

/** Why a name is not valid for a file or folder; null when it is valid. */
export function nameProblem(name: string, taken: (name: string) => boolean): string | null {
  if (name.trim() === "") return nameMessages.missing;
  if (name === "." || name === "..") return nameMessages.reserved;
  if (name.includes("/")) return nameMessages.slash;
  if (name.includes("\0")) return nameMessages.invalidCharacter;
  if (new TextEncoder().encode(name).length > MAX_NAME) return nameMessages.tooLong;
  if (taken(name)) return nameMessages.taken;
  return null;
}
