/** Longest header that is read, in characters. */
const MAX_HEADER = 8_192;

/**
 * Parameters of the Bearer challenge of a `WWW-Authenticate` header, which may hold challenges of other schemes (RFC 9110).
 * Names are in lower case. Also takes what servers send beside the grammar: spaces around `=`, and single quotes. Empty when
 * there is no such challenge.
 */
export function bearerParameters(header: string | null): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  let scheme = "";
  for (const [, word, name, double, single, bare] of (header ?? "").slice(0, MAX_HEADER).matchAll(token)) {
    if (word !== undefined) scheme = word.toLowerCase();
    if (name === undefined || scheme !== "bearer") continue;
    found[name.toLowerCase()] ??= double?.replace(/\\(.)/g, "$1") ?? single ?? bare ?? "";
  }
  return found;
}

/** A scheme (a word that no `=` follows), or a parameter with its value. */
const token =
  /(?:^|,)\s*([!#$%&'*+.^_`|~\w-]+)(?=\s+[^\s=,]|\s*$|\s*,)|([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,"']+))/g;
