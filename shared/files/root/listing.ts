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

/** Names compared before other requests get their turn. */
const SLICE = 10_000;

interface Name {
  name: string;
  kind: FileKind;
}

/** One page of a folder: folders first, then by name. `after` is the `next` of the page before. */
export async function listFolder(
  folder: Folder,
  path: string,
  { after, limit }: { after?: string; limit: number },
): Promise<FolderListing> {
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
    // Not UTF-8, or a character of the block that stands for such bytes (its high surrogate).
    damaged ||= name.includes("\ufffd") || name.includes("\udbfd");
  }
  if (!damaged) return names;
  // Once more, as bytes: rare, and twice as slow.
  const exact = await readdir(folder.self, { withFileTypes: true, encoding: "buffer" });
  return exact.map((entry) => ({ name: decodeName(Buffer.from(entry.name)), kind: kindOf(entry) }));
}

/** The `limit` first names after a position, in order, without sorting all of a large folder. */
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

/** What the panel may do to the entries of a folder. */
export interface FolderRights {
  writable: boolean;
  /** Owner of a folder in which one removes one's own entries only (the sticky bit); null elsewhere. */
  stickyOwner: number | null;
}

export async function folderRights(folder: Folder): Promise<FolderRights> {
  const facts = await stat(folder.self);
  // With the dot it is the folder for Deno too, which does not follow a descriptor's link by itself.
  const writable = await mayWrite(`${folder.self}/.`, constants.W_OK | constants.X_OK);
  return { writable, stickyOwner: (facts.mode & 0o1000) === 0 ? null : facts.uid };
}

/** By what the kernel says: rights, ACLs, a disk that is read-only, a file made immutable. */
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
    // Gone meanwhile, or in a folder that may be read but not entered: the name is all there is to tell.
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
    // A link is not followed, and what else there is holds no content of its own.
    writable: (kind === "file" || kind === "directory") && (await mayWrite(folder.at(name))),
    removable: rights.writable && (stickyOwner === null || uid === 0 || uid === facts.uid || uid === stickyOwner),
    hidden: name.startsWith("."),
  };
}

/** ISO 8601; a disk may hold times that no date can. */
export const toTimestamp = (milliseconds: number): string =>
  new Date(Math.abs(milliseconds) < 8.64e15 ? Math.round(milliseconds) : 0).toISOString();

export function kindOf(
  facts: Pick<Dirent | Stats | BigIntStats, "isFile" | "isDirectory" | "isSymbolicLink">,
): FileKind {
  if (facts.isDirectory()) return "directory";
  if (facts.isFile()) return "file";
  return facts.isSymbolicLink() ? "symlink" : "other";
}
