/**
 * The items one of whose texts contains the filter, ignoring case and outer spaces.
 * @param textsOf Texts of an item; if omitted, every item matches.
 */
export function filterItems<T>(
  items: readonly T[],
  filter: string,
  textsOf: ((item: T) => readonly string[]) | undefined,
): readonly T[] {
  const wanted = filter.trim().toLowerCase();
  if (textsOf === undefined || wanted === "") return items;
  return items.filter((item) => textsOf(item).some((text) => text.toLowerCase().includes(wanted)));
}
