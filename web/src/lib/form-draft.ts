import { createSignal, onCleanup } from "solid-js";
import { createStore, type SetStoreFunction } from "solid-js/store";
import { drafts } from "./drafts.ts";

/** Delay between the last change and storing the draft, in milliseconds. */
const SETTLE_MS = 300;

export interface FormDraftOptions<T extends object> {
  /**
   * The fields that a draft may store. Lists each field, so that a new one is not stored by accident; never passwords,
   * tokens, values of headers or variables, or addresses that may contain one of these.
   */
  keep: (fields: T) => Partial<T>;
  /** Converts a draft into fields; the default takes every value that has the type of its field. */
  restore?: (kept: Partial<T>) => Partial<T>;
  /** The form edits something that exists, which others may change in the meantime. */
  edits?: boolean;
}

interface Kept {
  fields: Record<string, unknown>;
  /** Initial fields of the form when the draft was typed. */
  base: string;
}

export interface FormDraft<T extends object> {
  fields: T;
  set: SetStoreFunction<T>;
  /** Whether the form shows a draft of an earlier visit. */
  restored: () => boolean;
  /** Whether the edited thing has changed since the draft was typed. */
  outdated: () => boolean;
  /** Whether the draft could not be stored: leaving the page loses it. */
  unkept: () => boolean;
  /** Restores the initial fields and deletes the draft. */
  reset: () => void;
  /** Deletes the draft after the form was sent or cancelled. Later input is stored again. */
  drop: () => void;
}

/**
 * Fields of a form that survive navigation, a reload and a click outside the dialog until the form is sent or cancelled.
 *
 * @param name Identifies the form and its subject; a draft is restored under the same name.
 * @param initial Plain data: the initial fields.
 */
export function createFormDraft<T extends object>(
  name: string,
  initial: T,
  { keep, restore = (kept) => kept, edits = false }: FormDraftOptions<T>,
): FormDraft<T> {
  const key = `form:${name}`;
  const base = JSON.stringify(keep(initial));
  let before = asKept(drafts.read(key)?.value);
  const [fields, setFields] = createStore<T>({ ...structuredClone(initial), ...restored(before, initial, restore) });
  const [isRestored, setRestored] = createSignal(before !== undefined);
  const [unkept, setUnkept] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const save = () => {
    clearTimeout(timer);
    if (isOver) return;
    const kept = keep(fields);
    if (JSON.stringify(kept) === base) {
      drafts.drop(key);
      setUnkept(false);
    } else setUnkept(!drafts.keep(key, { fields: kept, base: before?.base ?? base }));
  };
  const set = ((...change: unknown[]) => {
    (setFields as (...change: unknown[]) => void)(...change);
    isOver = false;
    clearTimeout(timer);
    timer = setTimeout(save, SETTLE_MS);
  }) as SetStoreFunction<T>;

  window.addEventListener("pagehide", save);
  onCleanup(() => {
    window.removeEventListener("pagehide", save);
    save();
  });

  return {
    fields,
    set,
    restored: isRestored,
    outdated: () => edits && isRestored() && before?.base !== base,
    unkept,
    reset() {
      before = undefined;
      setFields(structuredClone(initial));
      setRestored(false);
      save();
    },
    drop() {
      isOver = true;
      clearTimeout(timer);
      drafts.drop(key);
    },
  };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const asKept = (value: unknown): Kept | undefined =>
  isObject(value) && "fields" in value && isObject(value.fields) ? (value as Kept) : undefined;

/** The values of a draft that fit the form; another version of the panel may have stored it. */
function restored<T extends object>(
  before: Kept | undefined,
  initial: T,
  restore: (kept: Partial<T>) => Partial<T>,
): Partial<T> {
  const entries = Object.entries(before?.fields ?? {}).filter(([field, value]) => {
    const own = (initial as Record<string, unknown>)[field];
    return own !== undefined && (own === null || value === null || kindOf(own) === kindOf(value));
  });
  return entries.length > 0 ? restore(Object.fromEntries(entries) as Partial<T>) : {};
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);
