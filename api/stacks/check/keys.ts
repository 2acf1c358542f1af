import { type ComposeKeys, composeKeys, type Shape } from "../../../shared/protocol/compose-keys.ts";
import type { Finding } from "../../../shared/protocol/stack.ts";
import type { ComposeText, Value } from "./document.ts";
import { findingMessages } from "./messages.ts";

/** Findings of one file; further ones are left out. */
const MAX_FINDINGS = 100;
/** Values of one file that are checked; shared parts count each time they are used. */
const MAX_STEPS = 50_000;

/** Checks keys and values against Compose's schema. An unknown key is a warning, since a newer Compose may know it. */
export function checkKeys({ top, at }: Pick<ComposeText, "top" | "at">): Finding[] {
  const findings: Finding[] = [];
  let steps = 0;
  const add = (...finding: Parameters<ComposeText["at"]>) =>
    void (findings.length < MAX_FINDINGS && findings.push(at(...finding)));

  const walk = (value: Value, shape: Shape, path: string) => {
    if (++steps > MAX_STEPS || shape === "any") return;
    if (value.kind === "scalar" && (value.value === null || isVariable(value.value))) return;
    const fit = pick(value, shape);
    if (fit === undefined) {
      add(value, "error", "keys", findingMessages.wrongShape(path, describe(shape)));
    } else if (typeof fit === "object" && "list" in fit && value.kind === "list") {
      for (const item of value.items) walk(item, fit.list, path);
    } else if (typeof fit === "object" && value.kind === "map" && "map" in fit) {
      for (const [name, entry] of value.entries) walk(entry.value, fit.map, `${path}.${name}`);
    } else if (typeof fit === "object" && value.kind === "map" && "keys" in fit) {
      for (const [name, entry] of value.entries) {
        if (name.startsWith("x-")) continue;
        const known = Object.hasOwn(fit.keys, name) ? fit.keys[name] : undefined;
        const full = path === "" ? name : `${path}.${name}`;
        if (known) walk(entry.value, known.shape, full);
        else add(entry.key, "warning", "keys", findingMessages.unknownKey(name, similarKey(name, fit.keys)));
      }
    } else if (
      typeof fit === "object" &&
      "words" in fit &&
      !fit.words.includes(String((value as { value: unknown }).value))
    ) {
      add(value, "error", "keys", findingMessages.notOneOf(path, fit.words));
    }
  };
  if (top?.kind === "map") walk(top, { keys: composeKeys }, "");
  return findings;
}

/** A variable such as `${PORT}` may have any value. */
const isVariable = (value: unknown) => typeof value === "string" && /\$(?:\{|[A-Za-z_])/.test(value);

/** The first of several shapes that a value fits; undefined when it fits none. */
function pick(value: Value, shape: Shape): Exclude<Shape, { either: readonly Shape[] }> | undefined {
  if (typeof shape === "object" && "either" in shape) {
    for (const one of shape.either) {
      const fit = pick(value, one);
      if (fit !== undefined) return fit;
    }
    return undefined;
  }
  return fits(value, shape) ? shape : undefined;
}

function fits(value: Value, shape: Exclude<Shape, { either: readonly Shape[] }>): boolean {
  if (shape === "any") return true;
  if (typeof shape === "object") {
    if ("list" in shape) return value.kind === "list";
    return "words" in shape ? value.kind === "scalar" : value.kind === "map";
  }
  if (value.kind !== "scalar") return false;
  if (shape === "value") return true;
  // A number in quotes counts as a number.
  if (shape === "number") return typeof value.value === "number" || /^\d+(\.\d+)?$/.test(String(value.value));
  if (shape === "boolean") return typeof value.value === "boolean" || /^(true|false)$/.test(String(value.value));
  return typeof value.value === "string";
}

function describe(shape: Shape): string {
  if (typeof shape === "string") {
    return (
      { text: "a text (in quotes, if it looks like a number)", value: "a single value", any: "anything" }[
        shape as "text"
      ] ?? `a ${shape}`
    );
  }
  if ("words" in shape) return `one of ${shape.words.join(", ")}`;
  if ("list" in shape) return "a list";
  if ("either" in shape) return [...new Set(shape.either.map(describe))].join(" or ");
  return "a mapping of names to values";
}

const similarKey = (name: string, keys: ComposeKeys): string | undefined =>
  Object.keys(keys).find((known) => isNear(name, known));

/** Whether two words differ by at most two letters, or by one in a short word. */
function isNear(a: string, b: string): boolean {
  const limit = b.length > 5 ? 2 : 1;
  if (a.length > 40 || Math.abs(a.length - b.length) > limit) return false;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let left = 1; left <= a.length; left++) {
    const next = [left];
    for (let right = 1; right <= b.length; right++) {
      const change = a[left - 1] === b[right - 1] ? 0 : 1;
      next.push(Math.min((row[right] ?? 0) + 1, (next[right - 1] ?? 0) + 1, (row[right - 1] ?? 0) + change));
    }
    row = next;
  }
  return (row[b.length] ?? limit + 1) <= limit;
}
