import type { FileEntry } from "../../../../shared/protocol/file.ts";

export const fileOrders = ["name", "size", "modified"] as const;
export type FileOrder = (typeof fileOrders)[number];

export interface FileViewOptions {
  order: FileOrder;
  descending: boolean;
  hidden: boolean;
  filter: string;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Names in natural order; the exact text decides where letters differ only in case. */
const byName = (a: FileEntry, b: FileEntry): number =>
  collator.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const orders: Record<FileOrder, (a: FileEntry, b: FileEntry) => number> = {
  name: byName,
  size: (a, b) => a.size - b.size || byName(a, b),
  modified: (a, b) => a.modifiedAt.localeCompare(b.modifiedAt) || byName(a, b),
};

/** What of a folder is shown, folders first whatever the order. */
export function arrange(entries: readonly FileEntry[], options: FileViewOptions): FileEntry[] {
  const wanted = options.filter.trim().toLowerCase();
  const compare = orders[options.order];
  const sign = options.descending ? -1 : 1;
  return entries
    .filter(
      (entry) => (options.hidden || !entry.hidden) && (wanted === "" || entry.name.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => Number(b.kind === "directory") - Number(a.kind === "directory") || sign * compare(a, b));
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
