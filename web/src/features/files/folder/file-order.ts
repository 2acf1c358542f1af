import type { FileEntry } from "../../../../../shared/protocol/file.ts";

export const fileOrders = ["name", "size", "modified"] as const;
export type FileOrder = (typeof fileOrders)[number];

export interface FileViewOptions {
  order: FileOrder;
  descending: boolean;
  hidden: boolean;
  filter: string;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

type Compare = (a: FileEntry, b: FileEntry) => number;

const exactly = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Digits that numbers in names are padded to, so that they sort by value. */
const DIGITS = 20;

/**
 * Compares names in natural order; the exact text decides between names that differ only in case. ASCII names are compared
 * by precomputed keys, because the browser's collation takes seconds for 100,000 names.
 */
function byName(entries: readonly FileEntry[]): Compare {
  if (entries.some(({ name }) => !isAscii(name)))
    return (a, b) => collator.compare(a.name, b.name) || exactly(a.name, b.name);
  const keys = new Map(
    entries.map((entry) => [entry, entry.name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(DIGITS, "0"))]),
  );
  return (a, b) => exactly(keys.get(a) ?? "", keys.get(b) ?? "") || exactly(a.name, b.name);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

const orders: Record<FileOrder, (name: Compare) => Compare> = {
  name: (name) => name,
  size: (name) => (a, b) => a.size - b.size || name(a, b),
  modified: (name) => (a, b) => exactly(a.modifiedAt, b.modifiedAt) || name(a, b),
};

/** The entries that pass the filter, in order, with folders first. */
export function arrange(entries: readonly FileEntry[], options: FileViewOptions): FileEntry[] {
  const text = options.filter.trim().toLowerCase();
  const sign = options.descending ? -1 : 1;
  const shown = entries.filter(
    (entry) => (options.hidden || !entry.hidden) && (text === "" || entry.name.toLowerCase().includes(text)),
  );
  const compare = orders[options.order](byName(shown));
  return shown.sort((a, b) => Number(b.kind === "directory") - Number(a.kind === "directory") || sign * compare(a, b));
}

/** Permission bits as text, such as `rw-r--r--`. */
export function modeText(mode: number): string {
  return [6, 3, 0]
    .map((shift) => {
      const bits = (mode >> shift) & 7;
      return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
    })
    .join("");
}
