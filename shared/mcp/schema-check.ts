type Schema = Record<string, unknown>;

/** Mismatches that are named, values and levels that are looked at. */
const MAX_MISMATCHES = 10;
const MAX_VALUES = 20_000;
const MAX_DEPTH = 40;

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
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What of a value does not match a JSON Schema of a server, in plain words; empty when nothing was found. The common
 * keywords are checked. Patterns are not: a hostile one would hold the page up. Libraries for JSON Schema make code, which
 * the content policy of the page forbids.
 */
export function mismatchesOf(value: unknown, schema: Schema): string[] {
  const found: string[] = [];
  const budget = { left: MAX_VALUES };
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
  budget: { left: number };
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
  if (at.budget.left-- <= 0 || at.depth > MAX_DEPTH) return;
  const where = at.path || "It";
  if (given === false) at.report(`${where} is not allowed.`);
  if (!isSchema(given)) return;
  if (typeof given.$ref === "string") {
    const target = follow(given.$ref, at.root);
    if (target !== undefined) check(value, target, { ...at, depth: at.depth + 1 });
  }
  const actual = typeOf(value);
  const types = [given.type].flat().filter((one): one is string => typeof one === "string");
  if (types.length > 0 && !types.some((type) => type === actual || (type === "number" && actual === "integer"))) {
    at.report(`${where} is ${actual}, not ${types.join(" or ")}.`);
    return;
  }
  if (Array.isArray(given.enum) && !given.enum.some((one) => same(one, value)))
    at.report(`${where} is none of the listed values.`);
  if ("const" in given && !same(given.const, value))
    at.report(`${where} is not ${JSON.stringify(given.const)?.slice(0, 100)}.`);
  for (const all of list(given.allOf)) check(value, all, { ...at, depth: at.depth + 1 });
  const any = list(given.anyOf);
  if (any.length > 0 && !any.some((one) => fits(value, one, at)))
    at.report(`${where} matches none of the alternatives.`);
  const one = list(given.oneOf);
  if (one.length > 0 && one.filter((option) => fits(value, option, at)).length !== 1) {
    at.report(`${where} does not match exactly one of the alternatives.`);
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
    for (const [index, entry] of value.entries()) check(entry, given.items, inside(at, String(index)));
  } else if (isSchema(value)) checkObject(value, given, at);
}

function checkObject(value: Schema, given: Schema, at: Place): void {
  const properties = isSchema(given.properties) ? given.properties : {};
  for (const name of list(given.required)) {
    if (typeof name === "string" && !Object.hasOwn(value, name)) at.report(`${inside(at, name).path} is missing.`);
  }
  for (const [name, entry] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) check(entry, properties[name], inside(at, name));
    else if (given.additionalProperties !== undefined && !isSchema(given.patternProperties)) {
      check(entry, given.additionalProperties, inside(at, name));
    }
  }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 100) : []);
const inside = (at: Place, name: string): Place => ({
  ...at,
  depth: at.depth + 1,
  path: at.path === "" ? name.slice(0, 100) : `${at.path}.${name.slice(0, 100)}`.slice(0, 300),
});

function follow(ref: string, root: Schema): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let target: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return target;
}
