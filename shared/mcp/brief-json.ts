/** Deepest level that is written; below it stands "…". */
const MAX_DEPTH = 20;

/**
 * The beginning of the JSON of a value, with "…" when it is cut. Costs no more than what is returned: the whole JSON of a
 * large value, indented by its depth, can be longer than a string may be. Undefined for what has no JSON.
 *
 * @param length most characters
 * @param indent spaces for each level
 */
export function briefJson(value: unknown, length: number, indent = 0): string | undefined {
  // Each kept part is at least one character.
  const text = JSON.stringify(part(value, 0, { left: length + 1 }, length + 1), null, indent);
  if (text === undefined || text.length <= length) return text;
  return `${text.slice(0, length).toWellFormed()}…`;
}

function part(value: unknown, depth: number, budget: { left: number }, length: number): unknown {
  budget.left--;
  if (typeof value === "string") return value.slice(0, length);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) {
    const parts: unknown[] = [];
    for (const one of value) {
      if (budget.left <= 0) break;
      parts.push(part(one, depth + 1, budget, length));
    }
    return parts;
  }
  const parts: Record<string, unknown> = Object.create(null);
  for (const name in value) {
    if (budget.left <= 0) break;
    parts[name.slice(0, length)] = part((value as Record<string, unknown>)[name], depth + 1, budget, length);
  }
  return parts;
}
