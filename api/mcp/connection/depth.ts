/** Deepest nesting of a result. Schemas and JSON writers run out of stack at some thousand levels. */
export const MAX_DEPTH = 3_000;

/** Whether a value is nested deeper than `limit`. Needs no stack itself. */
export function isTooDeep(value: unknown, limit = MAX_DEPTH): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== "object" || one === null) continue;
      for (const inner of Object.values(one)) if (typeof inner === "object" && inner !== null) next.push(inner);
    }
    level = next;
  }
  return false;
}
