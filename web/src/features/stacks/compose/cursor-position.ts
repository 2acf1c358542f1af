/** Where in a compose file something is being typed. */
export interface ComposePlace {
  /** Keys above it, from the top. */
  path: string[];
  /** The key of its line, when what is typed is the value. */
  key: string | null;
  /** It is an item of a list. */
  item: boolean;
  /** What was typed of it so far. */
  typed: string;
  indent: number;
}

const line = /^(\s*)((?:- +)*)(?:(["']?)([\w.<-][\w./ -]*?)\3\s*:(?:\s|$))?/;

/** Reads a place from the lines up to it, by their indentation: the file need not be whole, or right. */
export function placeAt(lines: readonly string[]): ComposePlace | null {
  const current = lines.at(-1) ?? "";
  if (/^\s*#/.test(current) || /\s#/.test(current)) return null;
  const [, spaces = "", dashes = "", , name] = line.exec(current) ?? [];
  const rest = current.slice(spaces.length + dashes.length);
  const value = name === undefined ? null : rest.slice(rest.indexOf(":") + 1).replace(/^\s+/, "");
  const path: string[] = [];
  let below = spaces.length + dashes.length;
  let list = dashes !== "" ? spaces.length : null;
  for (let index = lines.length - 2; index >= 0 && (below > 0 || list !== null); index--) {
    const above = lines[index] ?? "";
    if (above.trim() === "" || /^\s*#/.test(above)) continue;
    const [, start = "", dash = "", , key] = line.exec(above) ?? [];
    const at = start.length + dash.length;
    if (list !== null) {
      // The key a list belongs to stands at the list's own indentation, or before it.
      if (dash === "" && at <= list && key !== undefined) {
        path.unshift(key);
        below = at;
        list = null;
      }
    } else if (dash !== "" && at <= below && start.length < below) {
      if (key !== undefined && at < below) path.unshift(key);
      list = start.length;
    } else if (at < below && key !== undefined) {
      path.unshift(key);
      below = at;
    }
  }
  return {
    path,
    key: name ?? null,
    item: dashes !== "",
    typed: value ?? rest,
    indent: spaces.length + dashes.length,
  };
}

/** Names of what the file defines below a key at the top, such as its services. */
export function definedNames(text: string, section: string): string[] {
  const names: string[] = [];
  let inside = false;
  let indent: number | null = null;
  for (const each of text.split("\n")) {
    if (/^\S/.test(each) && !each.startsWith("#")) {
      inside = each.startsWith(`${section}:`);
      indent = null;
    }
    const [, spaces, name] = /^(\s+)([\w.-]+):/.exec(each) ?? [];
    if (!inside || spaces === undefined || name === undefined) continue;
    indent ??= spaces.length;
    if (spaces.length === indent) names.push(name);
  }
  return [...new Set(names)];
}
