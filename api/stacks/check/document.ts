import { createRequire } from "node:module";
import type { Node, Pair, YAMLMap } from "yaml";
import type { Finding } from "../../../shared/protocol/stack.ts";
import { onFirstUse } from "../../../shared/server/on-first-use.ts";
import { findingMessages } from "./messages.ts";
import type { Span } from "./span.ts";

export type Value =
  | (Span & { kind: "map"; entries: Map<string, Entry> })
  | (Span & { kind: "list"; items: Value[] })
  | (Span & { kind: "scalar"; value: string | number | boolean | null });

export interface Entry {
  key: Span;
  value: Value;
}

export interface ComposeText {
  /** Undefined for an empty text and for one that cannot be read. */
  top: Value | undefined;
  /** Errors of the YAML itself. */
  faults: Finding[];
  /** Builds a finding for a span of the text. */
  at(span: Span, severity: Finding["severity"], source: Finding["source"], message: string): Finding;
}

const yaml = onFirstUse((): typeof import("yaml") => createRequire(import.meta.url)("yaml"));

/** Levels of nesting; real compose files have far fewer. */
const MAX_DEPTH = 60;
const MAX_FAULTS = 50;
/** Characters that are read; real compose files have far fewer. */
const MAX_TEXT = 1024 * 1024;
/** Values, including entries from merge keys: a few lines of merges can produce any number of them. */
const MAX_STEPS = 200_000;

/** Parses a compose file into values with their positions. Never throws: errors become findings. */
export function readComposeText(text: string): ComposeText {
  const { LineCounter, parseDocument } = yaml();
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
  if (text.length > MAX_TEXT) return refused(findingMessages.tooLong);
  try {
    // The parser's own check for duplicate keys takes quadratic time.
    const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false });
    const faults = document.errors
      .slice(0, MAX_FAULTS)
      .map(({ pos: [start, end], message }) => at({ start, end }, "error", "yaml", asSentence(message)));
    const duplicate = (span: Span, name: string) => {
      if (faults.length < MAX_FAULTS) faults.push(at(span, "error", "yaml", findingMessages.duplicateKey(name)));
    };
    return { top: document.contents ? toValue(document.contents as Node, text, duplicate) : undefined, faults, at };
  } catch (error) {
    if (error instanceof TooMany) return refused(findingMessages.tooManyValues);
    const deep = error instanceof TooDeep || error instanceof RangeError;
    return refused(deep ? findingMessages.nestedTooDeeply : findingMessages.notYaml);
  }
}

class TooDeep extends Error {}
class TooMany extends Error {}

function toValue(contents: Node, text: string, duplicate: (span: Span, name: string) => void): Value {
  const { isAlias, isMap, isScalar, isSeq } = yaml();
  const known = new Map<Node, Value>();
  const anchors = new Map<string, Node>();
  let steps = 0;
  const count = (more: number) => {
    steps += more;
    if (steps > MAX_STEPS) throw new TooMany();
  };
  const spanOf = (node: Node): Span => {
    const [start = 0, end = start] = node.range ?? [];
    return { start, end: trimEnd(text, start, end) };
  };

  const convert = (node: Node | null, depth: number): Value => {
    if (depth > MAX_DEPTH) throw new TooDeep();
    count(1);
    if (node === null) return { kind: "scalar", value: null, start: 0, end: 0 };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      // All aliases share one value: it is not copied, however often it is used.
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
      // The parser represents the merge key by a symbol.
      const name = !isScalar(key) ? "" : typeof key.value === "symbol" ? "<<" : String(key.value);
      const span = key ? spanOf(key) : spanOf(map);
      const child = value ? convert(value, depth + 1) : ({ kind: "scalar", value: null, ...span } as const);
      if (name === "<<") merged.push(...(child.kind === "list" ? child.items : [child]));
      else {
        if (own.has(name)) duplicate(span, name);
        own.set(name, { key: span, value: child });
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

/** A block ends where the next one begins: the blank lines between them are left out. */
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

/** The items of a list; a single value counts as a list with one item. */
export const itemsOf = (value: Value | undefined): Value[] => {
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return [];
  return value.kind === "list" ? value.items : [value];
};

export const textOf = (value: Value | undefined): string | undefined =>
  value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;

/** The names in a list of texts or the keys of a mapping, with their positions. */
export const namesOf = (value: Value | undefined): { name: string; span: Span }[] => {
  if (value?.kind === "map") return [...value.entries].map(([name, { key }]) => ({ name, span: key }));
  return itemsOf(value).flatMap((item) => {
    const name = textOf(item);
    return name === undefined ? [] : [{ name, span: item }];
  });
};
