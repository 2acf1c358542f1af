import { briefJson } from "./brief-json.ts";

type Schema = Record<string, unknown>;

/** Mismatches that are named; steps of all comparisons, and levels. */
const MAX_MISMATCHES = 10;
const MAX_STEPS = 50_000;
const MAX_DEPTH = 40;
/** Types of a value, and characters of a reference, that are read. */
const MAX_TYPES = 10;
const MAX_REF = 1_000;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const typeOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : typeof value === "number" && Number.isInteger(value)
        ? "integer"
        : typeof value;

interface Budget {
  left: number;
}
const isSpent = (budget: Budget): boolean => budget.left-- <= 0;

/** The names of an object. Listing them costs, however few of them are looked at. */
function namesOf(value: Schema, budget: Budget): string[] {
  const names = Object.keys(value);
  budget.left -= Math.floor(names.length / 4);
  return names;
}

/** Whether two JSON values are equal; also true once the budget is spent: then nothing is known. */
function same(a: unknown, b: unknown, budget: Budget): boolean {
  if (isSpent(budget) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [some, others] = [a as Schema, b as Schema];
  const names = namesOf(some, budget);
  if (names.length !== namesOf(others, budget).length) return false;
  return names.every((name) => Object.hasOwn(others, name) && same(some[name], others[name], budget));
}

/**
 * What of a value does not match a JSON Schema of a server, in plain words; empty when nothing was found. The common
 * keywords are checked. Patterns are not: a hostile one would hold the page up. Libraries for JSON Schema make code, which
 * the content policy of the page forbids.
 */
export function mismatchesOf(value: unknown, schema: Schema): string[] {
  const found: string[] = [];
  const budget = { left: MAX_STEPS };
  check(value, schema, {
    root: schema,
    path: "",
    depth: 0,
    budget,
    report: (text) => found.length < MAX_MISMATCHES && found.push(text),
  });
  return found;
}

interface Place {
  root: Schema;
  path: string;
  depth: number;
  budget: Budget;
  report: (text: string) => void;
}

function fits(value: unknown, schema: unknown, at: Place): boolean {
  let fault = false;
  check(value, schema, {
    ...at,
    depth: at.depth + 1,
    report: () => {
      fault = true;
    },
  });
  return !fault;
}

function check(value: unknown, given: unknown, at: Place): void {
  const { budget } = at;
  if (isSpent(budget) || at.depth > MAX_DEPTH) return;
  const where = at.path || "It";
  if (given === false) at.report(`${where} is not allowed.`);
  if (!isSchema(given)) return;
  if (typeof given.$ref === "string") {
    const target = follow(given.$ref, at.root);
    if (target !== undefined) check(value, target, { ...at, depth: at.depth + 1 });
  }
  const actual = typeOf(value);
  const types = (Array.isArray(given.type) ? given.type.slice(0, MAX_TYPES) : [given.type]).filter(
    (one): one is string => typeof one === "string",
  );
  if (types.length > 0 && !types.some((type) => type === actual || (type === "number" && actual === "integer"))) {
    at.report(`${where} is ${actual}, not ${types.join(" or ")}.`);
    return;
  }
  if (Array.isArray(given.enum) && !given.enum.some((one) => same(one, value, budget)))
    at.report(`${where} is none of the listed values.`);
  if ("const" in given && !same(given.const, value, budget))
    at.report(`${where} is not ${briefJson(given.const, 100)}.`);
  for (const all of list(given.allOf)) check(value, all, { ...at, depth: at.depth + 1 });
  const any = list(given.anyOf);
  if (isWhole(given.anyOf) && any.length > 0 && !any.some((one) => fits(value, one, at)))
    at.report(`${where} matches none of the alternatives.`);
  const one = list(given.oneOf);
  // What is not looked at any more seems to fit.
  if (isWhole(given.oneOf) && one.length > 0 && one.filter((option) => fits(value, option, at)).length !== 1) {
    if (budget.left > 0 && at.depth < MAX_DEPTH) at.report(`${where} does not match exactly one of the alternatives.`);
  }
  if (typeof value === "number") {
    if (typeof given.minimum === "number" && value < given.minimum) at.report(`${where} is below ${given.minimum}.`);
    if (typeof given.maximum === "number" && value > given.maximum) at.report(`${where} is above ${given.maximum}.`);
  }
  if (typeof value === "string") {
    if (typeof given.minLength === "number" && value.length < given.minLength) at.report(`${where} is too short.`);
    if (typeof given.maxLength === "number" && value.length > given.maxLength) at.report(`${where} is too long.`);
  }
  if (Array.isArray(value)) {
    if (typeof given.minItems === "number" && value.length < given.minItems) at.report(`${where} has too few entries.`);
    if (typeof given.maxItems === "number" && value.length > given.maxItems)
      at.report(`${where} has too many entries.`);
    for (const [index, entry] of value.entries()) {
      if (budget.left <= 0) break;
      check(entry, given.items, inside(at, String(index)));
    }
  } else if (isSchema(value)) checkObject(value, given, at);
}

function checkObject(value: Schema, given: Schema, at: Place): void {
  const properties = isSchema(given.properties) ? given.properties : {};
  for (const name of list(given.required)) {
    if (typeof name === "string" && !Object.hasOwn(value, name)) at.report(`${inside(at, name).path} is missing.`);
  }
  for (const name of namesOf(value, at.budget)) {
    if (isSpent(at.budget)) break;
    const entry = value[name];
    if (Object.hasOwn(properties, name)) check(entry, properties[name], inside(at, name));
    else if (given.additionalProperties !== undefined && !isSchema(given.patternProperties)) {
      check(entry, given.additionalProperties, inside(at, name));
    }
  }
}

const MAX_LIST = 100;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MAX_LIST) : []);
const isWhole = (value: unknown): boolean => Array.isArray(value) && value.length <= MAX_LIST;
const inside = (at: Place, name: string): Place => ({
  ...at,
  depth: at.depth + 1,
  path: at.path === "" ? name.slice(0, 100) : `${at.path}.${name.slice(0, 100)}`.slice(0, 300),
});

function follow(ref: string, root: Schema): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/") || ref.length > MAX_REF) return undefined;
  let target: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return target;
}
