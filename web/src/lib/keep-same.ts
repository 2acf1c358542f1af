import { unwrap } from "solid-js/store";

type Item = Record<string, unknown>;

/**
 * The newer value, in which every part that equals its earlier one is the earlier object: rows whose data did not change keep
 * their elements, and with them the focus, an open menu and a click under way. For data that came as JSON.
 *
 * Items of a list belong together by `id`, `key`, `name`, `path` or `uri`, or else by their place.
 */
export function keepSame<T>(before: unknown, after: T): T {
  return share(unwrap(before as object), unwrap(after as object)) as T;
}

function share(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) return shareList(before, after);
  if (isItem(before) && isItem(after)) return shareItem(before, after);
  return after;
}

function shareList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const earlier = new Map(before.map((item, index) => [nameOf(item) ?? index, item]));
  const shared = after.map((item, index) => share(earlier.get(nameOf(item) ?? index), item));
  const isSame = shared.length === before.length && shared.every((item, index) => Object.is(item, before[index]));
  return isSame ? before : shared;
}

function shareItem(before: Item, after: Item): Item {
  const names = Object.keys(after);
  const shared = Object.fromEntries(names.map((name) => [name, share(before[name], after[name])]));
  const isSame =
    names.length === Object.keys(before).length &&
    names.every((name) => Object.hasOwn(before, name) && Object.is(shared[name], before[name]));
  return isSame ? before : shared;
}

function nameOf(item: unknown): string | undefined {
  if (!isItem(item)) return undefined;
  const name = item.id ?? item.key ?? item.name ?? item.path ?? item.uri;
  return typeof name === "string" || typeof name === "number" ? `:${name}` : undefined;
}

const isItem = (value: unknown): value is Item => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
