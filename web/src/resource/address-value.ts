import { useIsRouting, useSearchParams } from "@solidjs/router";
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** How a change enters the history: what a person opens is pushed, what they adjust replaces the entry. */
export type AddressChange = "push" | "replace";

/** Time between two writes of a text: Safari throws when an address changes more than 100 times in 30 seconds. */
const WRITE_MS = 400;
/** Longest text in the address, encoded: servers refuse addresses of some thousand characters. */
const MAX_TEXT = 2_000;

export interface AddressValueOptions<T> {
  /** The value of a text in the address; undefined when it is not a valid value. */
  read: (text: string) => T | undefined;
  /** The text in the address; undefined for the initial value, which is left out. */
  write: (value: T) => string | undefined;
  initial: Accessor<T>;
  change: AddressChange;
}

/**
 * A value in the query of the address. It follows the address: reload, back and forward restore it. An invalid text counts
 * as the initial value. A new value is read back once the navigation ends, shortly after it is set.
 */
export function createAddressValue<T>(
  name: string,
  { read, write, initial, change }: AddressValueOptions<T>,
): [value: Accessor<T>, set: (next: T) => void] {
  const [query, setQuery] = useSearchParams();
  const text = () => firstOf(query[name]);
  const value = () => {
    const given = text();
    return (given === undefined ? undefined : read(given)) ?? initial();
  };
  const set = (next: T) => setQuery({ [name]: write(next) }, { replace: change === "replace" });
  return [value, set];
}

/** One of a few choices in the address; the initial one is left out. */
export function createAddressChoice<T extends string>(
  name: string,
  choices: Accessor<readonly T[]>,
  initial: T,
  change: AddressChange,
) {
  return createAddressValue<T>(name, {
    read: (text) => choices().find((choice) => choice === text),
    write: (choice) => (choice === initial ? undefined : choice),
    initial: () => initial,
    change,
  });
}

/** The open tab, under the name `tab`. The first one is left out. Opening another one is a step of the history. */
export const createAddressTab = <T extends string>(tabs: Accessor<readonly T[]>, first: T) =>
  createAddressChoice("tab", tabs, first, "push");

/** Text of any kind in the address, such as the name of what is open; null when there is none. */
export const createAddressName = (name: string, change: AddressChange = "push") =>
  createAddressValue<string | null>(name, {
    read: (text) => text,
    write: (text) => text ?? undefined,
    initial: () => null,
    change,
  });

export interface Sort {
  column: string;
  descending: boolean;
}

/** `cpu`, or `-cpu` for descending order. */
const writeSort = ({ column, descending }: Sort): string => `${descending ? "-" : ""}${column}`;

/** The order of a list in the address, under the name `sort`. The initial order is left out. */
export const createAddressSort = (columns: Accessor<readonly string[]>, initial: Accessor<Sort>) =>
  createAddressValue<Sort>("sort", {
    read: (text) => {
      const sort = { column: text.replace(/^-/, ""), descending: text.startsWith("-") };
      return columns().includes(sort.column) ? sort : undefined;
    },
    write: (sort) => (writeSort(sort) === writeSort(initial()) ? undefined : writeSort(sort)),
    initial,
    change: "replace",
  });

/**
 * Text that is typed, such as a filter. It counts at once, and is written to the address at most every 400 ms, in place of
 * the previous text. Text that is too long for an address is not written.
 */
export function createAddressText(name: string): [text: Accessor<string>, set: (next: string) => void] {
  const [query, setQuery] = useSearchParams();
  const isRouting = useIsRouting();
  const inAddress = () => firstOf(query[name]) ?? "";
  const [text, setText] = createSignal(inAddress());
  /** What this view wrote last; any other text in the address comes from the history or a link. */
  let written = text();
  let readyAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const write = () => {
    clearTimeout(timer);
    const wait = readyAt - Date.now();
    // While another page loads, the address is no longer that of this view.
    if (wait > 0 || isRouting()) {
      timer = setTimeout(write, Math.max(wait, WRITE_MS / 2));
      return;
    }
    const next = encodeURIComponent(text().toWellFormed()).length > MAX_TEXT ? "" : text().toWellFormed();
    if (next === written) return;
    readyAt = Date.now() + WRITE_MS;
    written = next;
    setQuery({ [name]: next || undefined }, { replace: true });
  };
  createEffect(
    on(
      inAddress,
      (given) => {
        if (given === written) return;
        clearTimeout(timer);
        written = given;
        setText(given);
      },
      { defer: true },
    ),
  );
  return [
    text,
    (next) => {
      setText(next);
      write();
    },
  ];
}

/** The first text of a name that is given once or several times. */
const firstOf = (given: string | string[] | undefined): string | undefined => (Array.isArray(given) ? given[0] : given);
