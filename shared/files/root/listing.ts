import { Buffer } from "node:buffer";
import type { BigIntStats, Dirent, Stats } from "node:fs";
import { access, constants, lstat, readdir, stat } from "node:fs/promises";
import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FileEntry, FileKind, FolderListing } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import type { Folder } from "./folder.ts";
import { decodeName } from "./name.ts";
import { compareNames } from "./order.ts";

/** Names compared before the event loop gets a turn. */
const SLICE = 10_000;

interface Name {
  name: string;
  kind: FileKind;
}

/** Returns a page of a folder: folders first, then by name. `after` is `next` of the previous page. */
export async function listFolder(
  folder: Folder,
  path: string,
  { after, limit }: { after?: string; limit: number },
): Promise<Omit<FolderListing, "root">> {
  const names = await readNames(folder);
  const { page, more } = await selectPage(names, parsePosition(after), limit);
  const rights = await folderRights(folder);
  const entries = await Promise.all(page.map((name) => describe(folder, name, rights)));
  const last = page.at(-1);
  return {
    path,
    entries,
    writable: rights.writable,
    total: names.length,
    next: more && last ? formatPosition(last) : null,
  };
}

async function readNames(folder: Folder): Promise<Name[]> {
  const entries = await readdir(folder.self, { withFileTypes: true });
  const names: Name[] = new Array(entries.length);
  let damaged = false;
  for (const [index, entry] of entries.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    const { name } = entry;
    names[index] = { name, kind: kindOf(entry) };
    // Not UTF-8, or a character of the block that represents such bytes (its high surrogate).
    damaged ||= name.includes("\ufffd") || name.includes("\udbfd");
  }
  if (!damaged) return names;
  // Read again as bytes: rare, and twice as slow.
  const exact = await readdir(folder.self, { withFileTypes: true, encoding: "buffer" });
  return exact.map((entry) => ({ name: decodeName(Buffer.from(entry.name)), kind: kindOf(entry) }));
}

/** Returns the first `limit` names after a position, in order, without sorting all names of a large folder. */
async function selectPage(
  names: Name[],
  after: Name | undefined,
  limit: number,
): Promise<{ page: Name[]; more: boolean }> {
  let page: Name[] = [];
  let bar: Name | undefined;
  let more = false;
  const cut = () => {
    page.sort(compareEntries);
    if (page.length > limit) {
      more = true;
      page = page.slice(0, limit);
      bar = page.at(-1);
    }
  };
  for (const [index, name] of names.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    if (after && compareEntries(name, after) <= 0) continue;
    if (bar && compareEntries(name, bar) > 0) more = true;
    else if (page.push(name) >= limit * 4) cut();
  }
  cut();
  return { page, more };
}

const compareEntries = (one: Name, other: Name): number =>
  Number(other.kind === "directory") - Number(one.kind === "directory") || compareNames(one.name, other.name);

const formatPosition = ({ name, kind }: Name): string => `${kind === "directory" ? "d" : "f"}${name}`;

function parsePosition(after: string | undefined): Name | undefined {
  if (after === undefined) return undefined;
  if (!/^[df]./su.test(after)) throw new AppError("invalid_input", "The position is not one of an earlier page.");
  return { name: after.slice(1), kind: after.startsWith("d") ? "directory" : "file" };
}

/** Rights of the panel on the entries of a folder. */
export interface FolderRights {
  writable: boolean;
  /** Owner of a folder with the sticky bit, where only owners remove entries; null for other folders. */
  stickyOwner: number | null;
}

export async function folderRights(folder: Folder): Promise<FolderRights> {
  const facts = await stat(folder.self);
  // The dot is needed by Deno, which does not follow the link of a descriptor itself.
  const writable = await mayWrite(`${folder.self}/.`, constants.W_OK | constants.X_OK);
  return { writable, stickyOwner: (facts.mode & 0o1000) === 0 ? null : facts.uid };
}

/** Asks the kernel, which considers modes, ACLs, read-only disks and immutable files. */
export async function mayWrite(path: string | Buffer, mode: number = constants.W_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function describe(folder: Folder, { name, kind }: Name, rights: FolderRights): Promise<FileEntry> {
  try {
    return await toEntry(folder, name, await lstat(folder.at(name)), rights);
  } catch {
    // Removed, or in a folder that can be read but not entered: only the name is known.
    const unknown = { size: 0, modifiedAt: new Date(0).toISOString(), mode: 0, writable: false, removable: false };
    return { name, kind, ...unknown, hidden: name.startsWith(".") };
  }
}

export async function toEntry(folder: Folder, name: string, facts: Stats, rights: FolderRights): Promise<FileEntry> {
  const kind = kindOf(facts);
  const uid = process.geteuid?.() ?? 0;
  const { stickyOwner } = rights;
  return {
    name,
    kind,
    size: facts.isDirectory() ? 0 : facts.size,
    modifiedAt: toTimestamp(facts.mtimeMs),
    mode: facts.mode & 0o7777,
    // Links are not followed, and other kinds have no content.
    writable: (kind === "file" || kind === "directory") && (await mayWrite(folder.at(name))),
    removable: rights.writable && (stickyOwner === null || uid === 0 || uid === facts.uid || uid === stickyOwner),
    hidden: name.startsWith("."),
  };
}

/** Converts a time to ISO 8601. A disk can contain times outside the range of dates. */
export const toTimestamp = (milliseconds: number): string =>
  new Date(Math.abs(milliseconds) < 8.64e15 ? Math.round(milliseconds) : 0).toISOString();

export function kindOf(
  facts: Pick<Dirent | Stats | BigIntStats, "isFile" | "isDirectory" | "isSymbolicLink">,
): FileKind {
  if (facts.isDirectory()) return "directory";
  if (facts.isFile()) return "file";
  return facts.isSymbolicLink() ? "symlink" : "other";
}
