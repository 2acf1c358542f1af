/** Bytes of one name that every usual file system takes. */
const MAX_NAME = 255;

/** Path of `name` inside `folder`; `/` is the root. */
export const joinPath = (folder: string, name: string): string => (folder === "/" ? `/${name}` : `${folder}/${name}`);

export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Puts a typed or linked path into the API's form: one leading slash, none at the end, no `.` and no empty part. */
export function normalisePath(path: string): string {
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

/** The folders from the root down to `path`, itself included; the root's own name is empty. */
export function crumbsOf(path: string): Crumb[] {
  const crumbs: Crumb[] = [{ name: "", path: "/" }];
  for (const name of path.split("/").filter(Boolean)) {
    crumbs.push({ name, path: joinPath(crumbs.at(-1)?.path ?? "/", name) });
  }
  return crumbs;
}

/** Why a name cannot be given to a file or folder, in words; null when it can. */
export function nameProblem(name: string, taken: (name: string) => boolean): string | null {
  if (name.trim() === "") return "Give it a name";
  if (name === "." || name === "..") return "This name is reserved";
  if (name.includes("/")) return "A name cannot hold a slash";
  if (name.includes("\0")) return "A name cannot hold this character";
  if (new TextEncoder().encode(name).length > MAX_NAME) return "This name is too long";
  if (taken(name)) return "This name is taken";
  return null;
}
