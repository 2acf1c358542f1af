/** Deepest nesting of a request body; far above the needs of any route. */
const MAX_DEPTH = 100;

const BACKSLASH = 0x5c;

/**
 * Returns what is ambiguous in a JSON text, as part of a sentence; undefined if nothing is. Parsers disagree about duplicate
 * keys: the one that checks a request could read another value than the one that acts on it. Records drop the key
 * `__proto__` without an error, or take its value as their prototype.
 * @param text any text; invalid JSON can pass, since its parser rejects it
 */
export function jsonAmbiguity(
  text: string,
): "has the same key twice" | "has the key __proto__" | "is nested too deeply" | undefined {
  /** Keys of the open objects; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let lastString = "";
  let holdsPrototype = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        lastString = text.slice(at, end + 1);
        at = end;
        break;
      }
      case ":": {
        const keys = open.at(-1);
        if (!keys) break;
        const key = unescaped(lastString);
        if (keys.has(key)) return "has the same key twice";
        if (key === '"__proto__"') holdsPrototype = true;
        keys.add(key);
        break;
      }
      case "{":
      case "[":
        if (open.length === MAX_DEPTH) return "is nested too deeply";
        open.push(text[at] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
    }
  }
  return holdsPrototype ? "has the key __proto__" : undefined;
}

/** Returns the index of the closing quote of the string that starts at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH && end - 1 - backslashes > start) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** `"a"` and `"\u0061"` are the same key. */
function unescaped(string: string): string {
  if (!string.includes("\\")) return string;
  try {
    return JSON.stringify(JSON.parse(string));
  } catch {
    return string;
  }
}
