import { createSignal, onCleanup } from "solid-js";
import { createStore, type SetStoreFunction } from "solid-js/store";
import { drafts } from "./drafts.ts";

/** Milliseconds after the last change until the form is kept. */
const SETTLE_MS = 300;

export interface FormDraftOptions<T extends object> {
  /**
   * What of the fields may be kept. Names each field, so that a new one is not kept by accident; never passwords, tokens,
   * values of headers or variables, or addresses that may hold one of these.
   */
  keep: (fields: T) => Partial<T>;
  /** Makes fields of what was kept; the default takes all that is of the form's own types. */
  restore?: (kept: Partial<T>) => Partial<T>;
  /** The form changes what is stored already, and somebody else may change that meanwhile. */
  edits?: boolean;
}

interface Kept {
  fields: Record<string, unknown>;
  /** What the form began with when it was typed. */
  base: string;
}

export interface FormDraft<T extends object> {
  fields: T;
  set: SetStoreFunction<T>;
  /** Whether the form shows what was typed at an earlier visit. */
  restored: () => boolean;
  /** What the form is about has been changed since that was typed. */
  outdated: () => boolean;
  /** There was no room: leaving the page loses what is typed. */
  unkept: () => boolean;
  /** Goes back to what the form began with, and forgets what was typed. */
  reset: () => void;
  /** The form was sent, or what was typed is given up; what is typed after that is kept again. */
  drop: () => void;
}

/**
 * Fields of a form that outlive navigation, a reload and a click beside the dialog until the form is sent or cancelled.
 * @param name Of the form and what it is about; what was typed comes back under the same name.
 * @param initial Plain data: what the form begins with.
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

/** What was kept, as far as it fits the form: another version of the panel may have kept it. */
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
