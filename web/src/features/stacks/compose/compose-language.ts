import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { keysOf, type Shape, shapeAt } from "../../../../../shared/protocol/compose-keys.ts";
import type { Finding } from "../../../../../shared/protocol/stack.ts";
import { definedNames, placeAt } from "./cursor-position.ts";

/** Quiet time after a key before the file is checked, in milliseconds. */
const LINT_MS = 500;
/** Lines above that are looked at for a completion. */
const MAX_LINES = 5_000;

/** Marks the findings of the server, and completes keys, values and names. */
export function composeLanguage(check: (text: string) => Promise<readonly Finding[]>): Extension {
  return [
    linter(
      async (view) => {
        const findings = await check(view.state.doc.toString()).catch(() => []);
        return findings.map((finding) => toDiagnostic(view.state.doc, finding));
      },
      { delay: LINT_MS },
    ),
    lintGutter(),
    autocompletion({ override: [complete], icons: false }),
    look,
  ];
}

function toDiagnostic(doc: Text, finding: Finding): Diagnostic {
  const from = offsetOf(doc, finding.line, finding.column);
  const to = Math.max(offsetOf(doc, finding.endLine, finding.endColumn), from);
  // A finding of many lines would paint the whole block: its first line says enough.
  const end = Math.min(to, doc.lineAt(from).to);
  return { from, to: Math.max(from, end), severity: finding.severity, message: finding.message };
}

/** The file may be another one by the time an answer comes. */
export function offsetOf(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(at.from + Math.max(0, column - 1), at.to);
}

function complete(context: CompletionContext): CompletionResult | null {
  const { state, pos, explicit } = context;
  const current = state.doc.lineAt(pos);
  const lines = [];
  for (let number = Math.max(1, current.number - MAX_LINES); number < current.number; number++) {
    lines.push(state.doc.line(number).text);
  }
  const place = placeAt([...lines, current.text.slice(0, pos - current.from)]);
  if (!place) return null;
  if (place.typed === "" && !explicit && place.key === null && !place.item) return null;
  const text = state.doc.toString();
  const from = pos - place.typed.length;
  if (place.key !== null) return given(from, valuesOf(shapeAt([...place.path, place.key]), place.key));
  const parent = place.path.at(-1) ?? "";
  const names = namesFor(place.path, parent, text);
  if (names.length > 0) return given(from, names);
  const shape = shapeAt(place.path);
  if (place.item && !acceptsMapping(shape)) return null;
  const present = new Set(siblings(lines, place.indent));
  const options = Object.entries(keysOf(shape))
    .filter(([name]) => !present.has(name))
    .map(
      ([name, { about, shape: of }]): Completion => ({
        label: name,
        detail: kindOf(of),
        info: about,
        type: "property",
        apply: isBlock(of) ? `${name}:\n${" ".repeat(place.indent + 2)}` : `${name}: `,
      }),
    );
  return given(from, options);
}

const given = (from: number, options: Completion[]): CompletionResult | null =>
  options.length === 0 ? null : { from, options, validFor: /^[\w.-]*$/ };

/** Names the file itself defines, where one of them is meant. */
function namesFor(path: readonly string[], parent: string, text: string): Completion[] {
  if (path[0] !== "services" || path.length !== 3) return [];
  const section = {
    depends_on: "services",
    links: "services",
    networks: "networks",
    secrets: "secrets",
    configs: "configs",
    volumes: "volumes",
  }[parent];
  if (section === undefined) return [];
  return definedNames(text, section)
    .filter((name) => name !== path[1])
    .map((name) => ({ label: name, type: "variable", apply: parent === "volumes" ? `${name}:/` : name }));
}

function valuesOf(shape: Shape | undefined, key: string): Completion[] {
  const words = wordsOf(shape);
  const extra = key === "restart" ? ["unless-stopped", "always", "on-failure", '"no"'] : [];
  return [...words, ...extra].map((label) => ({ label, type: "enum" }));
}

function wordsOf(shape: Shape | undefined): readonly string[] {
  if (shape === "boolean") return ["true", "false"];
  if (shape === undefined || typeof shape === "string") return [];
  if ("words" in shape) return shape.words;
  return "either" in shape ? shape.either.flatMap(wordsOf) : [];
}

const acceptsMapping = (shape: Shape | undefined): boolean => Object.keys(keysOf(shape)).length > 0;

const isBlock = (shape: Shape): boolean =>
  typeof shape === "object" &&
  ("map" in shape || "keys" in shape || "list" in shape || ("either" in shape && shape.either.every(isBlock)));

function kindOf(shape: Shape): string {
  if (typeof shape === "string") return shape === "any" ? "" : shape;
  if ("list" in shape) return "list";
  if ("words" in shape) return "word";
  return "either" in shape
    ? [...new Set(shape.either.map(kindOf))].filter(Boolean).slice(0, 2).join(" or ")
    : "mapping";
}

/** Keys of the same mapping above the place. */
function siblings(lines: readonly string[], indent: number): string[] {
  const names: string[] = [];
  for (let index = lines.length - 1; index >= 0; index--) {
    const [, spaces = "", dash = "", name] = /^(\s*)(- +)?([\w.-]+)\s*:/.exec(lines[index] ?? "") ?? [];
    if (name === undefined) continue;
    const at = spaces.length + dash.length;
    if (at < indent) break;
    if (at === indent) names.push(name);
    if (dash !== "" && at === indent) break;
  }
  return names;
}

const look = EditorView.theme({
  ".cm-gutter-lint": { width: "16px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 3px" },
  ".cm-lint-marker": { width: "9px", height: "9px", borderRadius: "3px", marginTop: "5px", content: "none" },
  ".cm-lint-marker-error": { backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--warn)" },
  ".cm-lint-marker-info": { backgroundColor: "var(--info)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    borderBottom: "2px solid var(--bad)",
    backgroundColor: "var(--bad-soft)",
  },
  ".cm-lintRange-warning": { backgroundImage: "none", borderBottom: "2px dotted var(--warn)" },
  ".cm-lintRange-info": { backgroundImage: "none", borderBottom: "1px dotted var(--info)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow-2)",
    overflow: "hidden",
  },
  ".cm-diagnostic": { font: "12px var(--font)", padding: "6px 10px", maxWidth: "46ch" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn)" },
  ".cm-diagnostic-info": { borderLeft: "3px solid var(--info)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "14em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionInfo": { font: "12px var(--font)", padding: "8px 10px", maxWidth: "34ch" },
});
