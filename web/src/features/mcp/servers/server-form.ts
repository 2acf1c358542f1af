import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { mayBeSet } from "../../../../../shared/protocol/mcp-environment.ts";
import type { McpServerChange, McpServerInput } from "../../../lib/api/mcp.ts";
import { keepableAddress, keepableText } from "../../../lib/keepable.ts";

export interface Pair {
  name: string;
  /** Null keeps the value that the server has stored under this name. */
  value: string | null;
}

/** What is typed into the form of a server. */
export interface ServerDraft {
  name: string;
  type: "stdio" | "http";
  command: string;
  /** One argument a line: no shell splits them, so none has to be quoted. */
  args: string;
  env: Pair[];
  url: string;
  headers: Pair[];
}

export const emptyDraft = (): ServerDraft => ({
  name: "",
  type: "stdio",
  command: "",
  args: "",
  env: [],
  url: "",
  headers: [],
});

/** The draft to edit a server with: values of variables and headers are never sent back, so they start as kept. */
export function toDraft(server: McpServer): ServerDraft {
  const { transport } = server;
  const draft = { ...emptyDraft(), name: server.name, type: transport.type };
  return transport.type === "stdio"
    ? {
        ...draft,
        command: transport.command,
        args: transport.args.join("\n"),
        env: transport.envNames.map((name) => ({ name, value: null })),
      }
    : { ...draft, url: transport.url, headers: transport.headerNames.map((name) => ({ name, value: null })) };
}

const namesOf = (pairs: readonly Pair[]): Pair[] => pairs.map(({ name }) => ({ name, value: null }));

/** What a draft may hold: of variables and headers the names, of the rest what does not look like a secret. */
export const keepServer = ({ name, type, command, args, env, url, headers }: ServerDraft): Partial<ServerDraft> => ({
  name,
  type,
  command: keepableText(command),
  args: keepableText(args),
  env: namesOf(env),
  url: keepableAddress(url),
  headers: namesOf(headers),
});

/** Values that the server has stored stay stored; others have to be typed again. */
export function restoreServer(
  { type, env, headers, ...kept }: Partial<ServerDraft>,
  initial: ServerDraft,
): Partial<ServerDraft> {
  const withValues = (pairs: readonly Pair[], stored: readonly Pair[]) =>
    pairs
      .filter((pair) => typeof pair?.name === "string")
      .map(({ name }) => ({ name, value: stored.some((pair) => pair.name === name) ? null : "" }));
  return {
    ...kept,
    ...((type === "stdio" || type === "http") && { type }),
    ...(env && { env: withValues(env, initial.env) }),
    ...(headers && { headers: withValues(headers, initial.headers) }),
  };
}

export type DraftErrors = Partial<Record<"name" | "command" | "args" | "env" | "url" | "headers", string>>;

function toRecord(pairs: readonly Pair[]): Record<string, string | null> {
  const record: Record<string, string | null> = {};
  for (const { name, value } of pairs) {
    if (name.trim() !== "")
      Object.defineProperty(record, name.trim(), { value, enumerable: true, configurable: true, writable: true });
  }
  return record;
}

function pairsProblem(pairs: readonly Pair[]): string | undefined {
  const names = pairs.map(({ name }) => name.trim()).filter(Boolean);
  if (new Set(names).size !== names.length) return "Each name may stand here once";
  if (pairs.some(({ name, value }) => name.trim() === "" && value)) return "Every value needs a name";
  return undefined;
}

function variableProblem(pairs: readonly Pair[]): string | undefined {
  for (const name of pairs.map((pair) => pair.name.trim()).filter(Boolean)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `${name} is no name of a variable`;
    if (!mayBeSet(name)) return `${name} may not be set`;
  }
  return undefined;
}

/** The body of a new server, or what is wrong with the draft, by field. */
export function toInput(draft: ServerDraft): { input: McpServerInput } | { errors: DraftErrors } {
  const plain = (pairs: readonly Pair[]) => pairs.map(({ name, value }) => ({ name, value: value ?? "" }));
  const checked = toChange({ ...draft, env: plain(draft.env), headers: plain(draft.headers) });
  // Without a kept value, a change is a whole registration.
  return "errors" in checked ? checked : { input: checked.input as McpServerInput };
}

/** The body of a change, or what is wrong with the draft, by field. */
export function toChange(draft: ServerDraft): { input: McpServerChange } | { errors: DraftErrors } {
  const errors: DraftErrors = {};
  const name = draft.name.trim();
  if (name === "") errors.name = "Give it a name";
  else if (name.length > 64) errors.name = "At most 64 characters";
  const lines = draft.args.split("\n");
  while (lines.at(-1) === "") lines.pop();
  const input: McpServerChange = {
    name,
    transport:
      draft.type === "stdio"
        ? { type: "stdio", command: draft.command.trim(), args: lines, env: toRecord(draft.env) }
        : { type: "http", url: draft.url.trim(), headers: toRecord(draft.headers) },
  };
  if (draft.type === "stdio") {
    if (draft.command.trim() === "") errors.command = "Name the program to run";
    const problem = pairsProblem(draft.env) ?? variableProblem(draft.env);
    if (problem) errors.env = problem;
  } else {
    if (!URL.canParse(draft.url.trim()) || !/^https?:/i.test(draft.url.trim()))
      errors.url = "An address that begins with http:// or https://";
    const problem = pairsProblem(draft.headers);
    if (problem) errors.headers = problem;
  }
  return Object.keys(errors).length > 0 ? { errors } : { input };
}
