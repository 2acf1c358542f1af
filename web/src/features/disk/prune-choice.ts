import type { PruneGroup, PruneItem, PruneKind, PrunePreview } from "../../../../shared/protocol/disk.ts";

/** Kinds that are selected by default: removing them loses nothing of value. */
const harmless: ReadonlySet<PruneKind> = new Set(["danglingImages", "buildCache"]);

export const keyOf = ({ kind, id }: Pick<PruneItem, "kind" | "id">): string => `${kind} ${id}`;

/** Keys of the items that are selected at first. */
export const defaultSelection = ({ groups }: PrunePreview): Set<string> =>
  new Set(groups.flatMap(({ kind, items }) => (harmless.has(kind) ? items.map(keyOf) : [])));

/** The selection with some items added or removed. */
export function withItems(
  selection: ReadonlySet<string>,
  items: readonly PruneItem[],
  isSelected: boolean,
): ReadonlySet<string> {
  const next = new Set(selection);
  for (const item of items) {
    if (isSelected) next.add(keyOf(item));
    else next.delete(keyOf(item));
  }
  return next;
}

/** Bytes that removing the selected items of a group frees at least: layers that images share count only for a whole group. */
export function selectedSize({ kind, items, size }: PruneGroup, selection: ReadonlySet<string>): number {
  const selected = items.filter((item) => selection.has(keyOf(item)));
  if (selected.length === 0) return 0;
  if (selected.length === items.length) return size;
  const sum = selected.reduce((total, item) => total + (item.size ?? 0), 0);
  return kind === "danglingImages" || kind === "unusedImages" ? Math.min(sum, size) : sum;
}
