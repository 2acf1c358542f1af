const key = (account: string, name: string) => `recent:${account}:${name}`;
/** Longest text that is kept. */
const MAX_LENGTH = 1_024;

/** What an account used last in this browser, the newest first; empty where the browser keeps nothing. */
export function readRecent(account: string, name: string): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key(account, name)) ?? "[]");
    return Array.isArray(stored) ? stored.filter((entry) => typeof entry === "string") : [];
  } catch {
    return [];
  }
}

/** Puts a text at the front of a list of at most `max`. */
export function noteRecent(account: string, name: string, text: string, max: number): void {
  if (text.length > MAX_LENGTH) return;
  const list = [text, ...readRecent(account, name).filter((entry) => entry !== text)].slice(0, max);
  try {
    localStorage.setItem(key(account, name), JSON.stringify(list));
  } catch {
    // Storage may be forbidden or full: nothing is remembered then.
  }
}
