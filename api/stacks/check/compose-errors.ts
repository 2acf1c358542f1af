import type { Finding } from "../../../shared/protocol/stack.ts";
import { type Entry, readComposeText, type Value } from "./document.ts";
import { findingMessages } from "./messages.ts";

const MAX_FINDINGS = 20;
const MAX_MESSAGE = 500;

/** Converts the error output of Compose into findings, positioned where the output names a line, a path or a service. */
export function parseComposeErrors(lines: readonly string[], text: string): Finding[] {
  const { top, at } = readComposeText(text);
  const sentences = lines
    .map((line) => line.replace(/^(?:ERROR|WARN(?:ING)?)\s*:\s*|^time="[^"]*" level=\w+ msg=/, "").trim())
    .filter((line) => line !== "" && !/^The Compose file .*is invalid because:$/.test(line) && !isTrace(line));
  const findings = sentences.slice(0, MAX_FINDINGS).map((line) => {
    const message = line.replace(/^validating \S+: /, "").slice(0, MAX_MESSAGE);
    const span = spanOfLine(line, text) ?? spanOfPath(line, top) ?? { start: 0, end: 1 };
    return at(span, "error", "compose", message);
  });
  if (findings.length > 0) return findings;
  return [at({ start: 0, end: 1 }, "error", "compose", findingMessages.noOutput)];
}

/** Compose 1.x prints a Python stack trace for some errors. */
const isTrace = (line: string): boolean =>
  /^(Traceback \(most recent|File "\/|[~^\s]+$|\w+\(.*\)$|raise |return )/.test(line) || /^[\w.]+ = /.test(line);

function spanOfLine(message: string, text: string) {
  const number = Number(/\bline (\d{1,6})\b/.exec(message)?.[1] ?? 0);
  if (number === 0) return undefined;
  const lines = text.split("\n");
  if (number > lines.length) return undefined;
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return { start, end: start + Math.max(1, lines[number - 1]?.length ?? 1) };
}

/** Reads a path such as `services.web.ports`, or the quoted names in the sentences of Compose 1.x and 2.x. */
function spanOfPath(message: string, top: Value | undefined) {
  const path = /\b((?:services|networks|volumes|secrets|configs)(?:\.[A-Za-z0-9_-]+)+)/.exec(message)?.[1]?.split(".");
  const quoted = [...message.matchAll(/['"]([A-Za-z0-9._-]{1,80})['"]/g)].map(([, name = ""]) => name);
  const found = path ? follow(top, path) : undefined;
  const inside = quoted.map((name) => childOf(found?.value, name)).find(Boolean);
  const service = quoted.map((name) => follow(top, ["services", name])).find((entry) => entry !== undefined);
  const entry = inside ?? found ?? service;
  return entry ? { start: entry.key.start, end: entry.key.end } : undefined;
}

const childOf = (value: Value | undefined, name: string): Entry | undefined =>
  value?.kind === "map" ? value.entries.get(name) : undefined;

/** The deepest entry of a path that exists. */
function follow(top: Value | undefined, path: readonly string[]): Entry | undefined {
  let value = top;
  let entry: Entry | undefined;
  for (const [depth, name] of path.entries()) {
    const next = childOf(value, name);
    if (!next) return depth > 1 ? entry : undefined;
    entry = next;
    value = next.value;
  }
  return entry;
}
