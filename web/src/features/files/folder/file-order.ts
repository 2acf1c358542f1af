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

/** Digits a number in a name is widened to, so that its text sorts as its value. */
const DIGITS = 20;

/**
 * Names in natural order; the exact text decides where letters differ only in case. A folder of plain ASCII names is
 * sorted by keys made once, since 100,000 of them would hold the page for seconds in the browser's own collation.
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

/** What of a folder is shown, folders first whatever the order. */
export function arrange(entries: readonly FileEntry[], options: FileViewOptions): FileEntry[] {
  const wanted = options.filter.trim().toLowerCase();
  const sign = options.descending ? -1 : 1;
  const shown = entries.filter(
    (entry) => (options.hidden || !entry.hidden) && (wanted === "" || entry.name.toLowerCase().includes(wanted)),
  );
  const compare = orders[options.order](byName(shown));
  return shown.sort((a, b) => Number(b.kind === "directory") - Number(a.kind === "directory") || sign * compare(a, b));
}

/** `rw-r--r--` of permission bits. */
export function modeText(mode: number): string {
  return [6, 3, 0]
    .map((shift) => {
      const bits = (mode >> shift) & 7;
      return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
    })
    .join("");
}
