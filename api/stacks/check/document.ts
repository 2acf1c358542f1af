import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import type { Finding } from "../../../shared/protocol/stack.ts";

/** Offsets into the text; the end is not included. */
export interface Span {
  start: number;
  end: number;
}

export type Value =
  | (Span & { kind: "map"; entries: Map<string, Entry> })
  | (Span & { kind: "list"; items: Value[] })
  | (Span & { kind: "scalar"; value: string | number | boolean | null });

export interface Entry {
  key: Span;
  value: Value;
}

export interface ComposeText {
  /** Undefined when there is nothing, or nothing that can be read. */
  top: Value | undefined;
  /** Faults of the YAML itself. */
  faults: Finding[];
  /** A finding at a place of the text. */
  at(span: Span, severity: Finding["severity"], source: Finding["source"], message: string): Finding;
}

/** Levels no honest compose file has. */
const DEPTH_MAX = 60;
const FAULTS_MAX = 50;
/** Characters that are read: no compose file of people comes near. */
const TEXT_MAX = 1024 * 1024;
/** Values, and entries that merge keys bring: a few lines of merges can ask for any number of them. */
const STEPS_MAX = 200_000;

/** Reads a compose file into values that know where they stand. Never throws: what is wrong becomes a finding. */
export function readComposeText(text: string): ComposeText {
  const lines = new LineCounter();
  const at: ComposeText["at"] = (span, severity, source, message) => {
    const start = lines.linePos(Math.min(span.start, text.length));
    const end = lines.linePos(Math.min(Math.max(span.end, span.start + 1), text.length));
    return {
      severity,
      source,
      message,
      line: Math.max(1, start.line),
      column: Math.max(1, start.col),
      endLine: Math.max(1, end.line),
      endColumn: Math.max(1, end.col),
    };
  };
  const whole = { start: 0, end: 1 };
  const refused = (message: string): ComposeText => ({
    top: undefined,
    faults: [at(whole, "error", "yaml", message)],
    at,
  });
  if (text.length > TEXT_MAX) return refused("The file is too long: at most 1 MiB is read.");
  try {
    // The parser's own look for keys that are there twice takes the square of their number.
    const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false });
    const faults = document.errors
      .slice(0, FAULTS_MAX)
      .map(({ pos: [start, end], message }) => at({ start, end }, "error", "yaml", asSentence(message)));
    const twice = (span: Span, name: string) => {
      const message = `The key \`${name.replace(/[\p{Cc}`]/gu, "?").slice(0, 80)}\` is there twice: keys must be unique.`;
      if (faults.length < FAULTS_MAX) faults.push(at(span, "error", "yaml", message));
    };
    return { top: document.contents ? toValue(document.contents as Node, text, twice) : undefined, faults, at };
  } catch (error) {
    if (error instanceof TooMany) return refused("The file has too many values, those of merge keys included.");
    const deep = error instanceof TooDeep || error instanceof RangeError;
    return refused(deep ? "The file is nested too deeply." : "The file cannot be read as YAML.");
  }
}

class TooDeep extends Error {}
class TooMany extends Error {}

function toValue(contents: Node, text: string, twice: (span: Span, name: string) => void): Value {
  const known = new Map<Node, Value>();
  const anchors = new Map<string, Node>();
  let steps = 0;
  const count = (more: number) => {
    steps += more;
    if (steps > STEPS_MAX) throw new TooMany();
  };
  const spanOf = (node: Node): Span => {
    const [start = 0, end = start] = node.range ?? [];
    return { start, end: trimEnd(text, start, end) };
  };

  const convert = (node: Node | null, depth: number): Value => {
    if (depth > DEPTH_MAX) throw new TooDeep();
    count(1);
    if (node === null) return { kind: "scalar", value: null, start: 0, end: 0 };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      // One value for all who name it: what is shared is not copied, however often it is used.
      return (target && known.get(target)) ?? { kind: "scalar", value: null, ...spanOf(node) };
    }
    const { anchor } = node as { anchor?: string };
    if (anchor) anchors.set(anchor, node);
    const value = convertPlain(node, depth);
    known.set(node, value);
    return value;
  };

  const convertPlain = (node: Node, depth: number): Value => {
    const span = spanOf(node);
    if (isSeq(node))
      return { ...span, kind: "list", items: node.items.map((item) => convert(item as Node, depth + 1)) };
    if (isMap(node)) return { ...span, kind: "map", entries: entriesOf(node, depth) };
    const value = isScalar(node) ? node.value : null;
    const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return { ...span, kind: "scalar", value: plain ? value : value === null ? null : String(value) };
  };

  const entriesOf = (map: YAMLMap, depth: number): Map<string, Entry> => {
    const own = new Map<string, Entry>();
    const merged: Value[] = [];
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      // The parser stands a symbol for the merge key.
      const name = !isScalar(key) ? "" : typeof key.value === "symbol" ? "<<" : String(key.value);
      const place = key ? spanOf(key) : spanOf(map);
      const child = value ? convert(value, depth + 1) : ({ kind: "scalar", value: null, ...place } as const);
      if (name === "<<") for (const one of child.kind === "list" ? child.items : [child]) merged.push(one);
      else {
        if (own.has(name)) twice(place, name);
        own.set(name, { key: place, value: child });
      }
    }
    for (const other of merged) {
      if (other.kind !== "map") continue;
      count(other.entries.size);
      for (const [name, entry] of other.entries) if (!own.has(name)) own.set(name, entry);
    }
    return own;
  };

  return convert(contents, 0);
}

/** A block ends where the next one begins: its last line is the one people mean. */
function trimEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start + 1 && /\s/.test(text[last - 1] ?? "")) last--;
  return last;
}

const asSentence = (message: string): string => {
  const line =
    message
      .split("\n", 1)[0]
      ?.replace(/ at line \d+, column \d+:?$/, "")
      .trim() ?? "";
  return /[.!?]$/.test(line) ? line : `${line}.`;
};

export const mapAt = (value: Value | undefined, name: string): Map<string, Entry> => {
  const found = value?.kind === "map" ? value.entries.get(name)?.value : undefined;
  return found?.kind === "map" ? found.entries : new Map();
};

/** Items of a list; a single value counts as a list of one. */
export const itemsOf = (value: Value | undefined): Value[] => {
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return [];
  return value.kind === "list" ? value.items : [value];
};

export const textOf = (value: Value | undefined): string | undefined =>
  value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;

/** Names of a list of texts, or of a mapping, and where they stand. */
export const namesOf = (value: Value | undefined): { name: string; span: Span }[] => {
  if (value?.kind === "map") return [...value.entries].map(([name, { key }]) => ({ name, span: key }));
  return itemsOf(value).flatMap((item) => {
    const name = textOf(item);
    return name === undefined ? [] : [{ name, span: item }];
  });
};
