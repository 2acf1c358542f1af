import { createSignal, onCleanup, type Signal } from "solid-js";
import { drafts } from "./drafts.ts";

/** Milliseconds after the last change until the form is kept. */
const SETTLE_MS = 300;

/**
 * Text fields of a form that outlive navigation and reload until the form is sent. Leave out whatever may hold a secret:
 * passwords, tokens, headers, values of environment variables.
 */
export function createFormDraft<T extends Record<string, string>>(name: string, initial: T) {
  const key = `form:${name}`;
  const before: Partial<Record<string, unknown>> = drafts.read<Partial<Record<string, unknown>>>(key)?.value ?? {};
  const signals = {} as Record<keyof T, Signal<string>>;
  const [restored, setRestored] = createSignal(Object.keys(before).length > 0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = false;

  const keep = () => {
    clearTimeout(timer);
    if (sent) return;
    const value = Object.fromEntries(Object.entries(signals).map(([field, [read]]) => [field, read()]));
    if (Object.entries(value).every(([field, text]) => text === initial[field])) drafts.drop(key);
    else drafts.keep(key, value);
  };

  for (const [field, text] of Object.entries(initial) as [keyof T, string][]) {
    const kept = before[field as string];
    const [read, write] = createSignal(typeof kept === "string" ? kept : text);
    const set = (next: string) => {
      clearTimeout(timer);
      timer = setTimeout(keep, SETTLE_MS);
      return write(next);
    };
    signals[field] = [read, set as Signal<string>[1]];
  }
  window.addEventListener("pagehide", keep);
  onCleanup(() => {
    window.removeEventListener("pagehide", keep);
    keep();
  });

  return {
    field: (field: keyof T): Signal<string> => signals[field],
    /** Whether the form goes on with what was typed at an earlier visit. */
    restored,
    /** Empties the form and forgets what was typed. */
    reset() {
      for (const [field, text] of Object.entries(initial)) signals[field]?.[1](text);
      setRestored(false);
      keep();
    },
    /** The form was sent, or what was typed is given up. */
    drop() {
      sent = true;
      clearTimeout(timer);
      drafts.drop(key);
    },
  };
}
