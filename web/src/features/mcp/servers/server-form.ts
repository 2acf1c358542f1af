import type { McpHttpProtocol, McpServer } from "../../../../../shared/protocol/mcp.ts";
import { mayBeSet } from "../../../../../shared/protocol/mcp-environment.ts";
import type { McpServerChange, McpServerInput } from "../../../lib/api/mcp.ts";
import { keepableAddress, keepableText } from "../../../lib/keepable.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import type { Pair } from "../../../resource/PairsField.tsx";
import { mcpMessages } from "../messages.ts";

const texts = mcpMessages.formErrors;

/** The fields of the server dialog as typed. */
export interface ServerDraft {
  name: string;
  type: "stdio" | "http";
  command: string;
  /** One argument per line. */
  args: string;
  env: Pair[];
  url: string;
  /** `auto`: found by itself. */
  protocol: "auto" | McpHttpProtocol;
  headers: Pair[];
  clientId: string;
  /** Null: the stored one is kept. */
  clientSecret: string | null;
  scope: string;
}

const protocols: readonly string[] = ["auto", "streamable-http", "sse"];

export const emptyDraft = (): ServerDraft => ({
  name: "",
  type: "stdio",
  command: "",
  args: "",
  env: [],
  url: "",
  protocol: "auto",
  headers: [],
  clientId: "",
  clientSecret: "",
  scope: "",
});

/** The fields of a registered server. The API never returns values of variables and headers: they start as kept. */
export function toDraft(server: Pick<McpServer, "name" | "transport">): ServerDraft {
  const { transport } = server;
  const draft = { ...emptyDraft(), name: server.name, type: transport.type };
  return transport.type === "stdio"
    ? {
        ...draft,
        command: transport.command,
        args: transport.args.join("\n"),
        env: transport.envNames.map((name) => ({ name, value: null })),
      }
    : {
        ...draft,
        url: transport.url,
        protocol: transport.protocol ?? "auto",
        headers: transport.headerNames.map((name) => ({ name, value: null })),
        clientId: transport.oauth?.clientId ?? "",
        clientSecret: transport.oauth?.hasClientSecret ? null : "",
        scope: transport.oauth?.scope ?? "",
      };
}

const namesOf = (pairs: readonly Pair[]): Pair[] => pairs.map(({ name }) => ({ name, value: null }));

/** What a draft keeps: names of variables and headers, and other fields unless they look like a secret. */
export const keepServer = (draft: ServerDraft): Partial<ServerDraft> => ({
  name: draft.name,
  type: draft.type,
  command: keepableText(draft.command),
  args: keepableText(draft.args),
  env: namesOf(draft.env),
  url: keepableAddress(draft.url),
  protocol: draft.protocol,
  headers: namesOf(draft.headers),
  clientId: keepableText(draft.clientId),
  scope: draft.scope,
});

/** Fields of a stored draft. Values that the server stores stay kept; others must be typed again. */
export function restoreServer(
  { type, env, headers, protocol, clientSecret: _never, ...kept }: Partial<ServerDraft>,
  initial: ServerDraft,
): Partial<ServerDraft> {
  const withValues = (pairs: readonly Pair[], stored: readonly Pair[]) =>
    pairs
      .filter((pair) => typeof pair?.name === "string")
      .map(({ name }) => ({ name, value: stored.some((pair) => pair.name === name) ? null : "" }));
  return {
    ...kept,
    ...ifKnown({ type }, type === "stdio" || type === "http"),
    ...ifKnown({ protocol }, protocol !== undefined && protocols.includes(protocol)),
    ...ifKnown({ env: withValues(env ?? [], initial.env) }, env !== undefined),
    ...ifKnown({ headers: withValues(headers ?? [], initial.headers) }, headers !== undefined),
  };
}

export type DraftErrors = Partial<
  Record<"name" | "command" | "args" | "env" | "url" | "headers" | "clientId" | "scope", string>
>;

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
  if (new Set(names).size !== names.length) return texts.duplicate;
  if (pairs.some(({ name, value }) => name.trim() === "" && value)) return texts.namelessValue;
  return undefined;
}

function variableProblem(pairs: readonly Pair[]): string | undefined {
  for (const name of pairs.map((pair) => pair.name.trim()).filter(Boolean)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return texts.variableName(name);
    if (!mayBeSet(name)) return texts.variableReserved(name);
  }
  return undefined;
}

/** The request for a new server, or the errors by field. */
export function toInput(draft: ServerDraft): { input: McpServerInput } | { errors: DraftErrors } {
  const plain = (pairs: readonly Pair[]) => pairs.map(({ name, value }) => ({ name, value: value ?? "" }));
  const clientSecret = draft.clientSecret ?? "";
  const checked = toChange({ ...draft, clientSecret, env: plain(draft.env), headers: plain(draft.headers) });
  // Without kept values a change is a complete registration.
  return "errors" in checked ? checked : { input: checked.input as McpServerInput };
}

/** The program with its arguments, as they would be started. */
export const toCall = ({ command, args }: ServerDraft): string[] => [command.trim(), ...toLines(args)];

function toLines(args: string): string[] {
  const lines = args.split("\n");
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The client that is entered by hand; undefined when every field of it is empty. */
function toOAuth(
  draft: ServerDraft,
): NonNullable<Extract<McpServerChange["transport"], { type: "http" }>["oauth"]> | undefined {
  const clientId = draft.clientId.trim() || undefined;
  const clientSecret = clientId === undefined || draft.clientSecret === "" ? undefined : draft.clientSecret;
  const scope = draft.scope.trim().replace(/\s+/g, " ") || undefined;
  return clientId === undefined && scope === undefined ? undefined : { clientId, clientSecret, scope };
}

/** The request for a change, or the errors by field. */
export function toChange(draft: ServerDraft): { input: McpServerChange } | { errors: DraftErrors } {
  const errors: DraftErrors = {};
  const name = draft.name.trim();
  if (name === "") errors.name = texts.name;
  else if (name.length > 64) errors.name = texts.nameLength;
  const input: McpServerChange = {
    name,
    transport:
      draft.type === "stdio"
        ? { type: "stdio", command: draft.command.trim(), args: toLines(draft.args), env: toRecord(draft.env) }
        : {
            type: "http",
            url: draft.url.trim(),
            protocol: draft.protocol === "auto" ? undefined : draft.protocol,
            headers: toRecord(draft.headers),
            oauth: toOAuth(draft),
          },
  };
  if (draft.type === "stdio") {
    if (draft.command.trim() === "") errors.command = texts.command;
    const problem = pairsProblem(draft.env) ?? variableProblem(draft.env);
    if (problem) errors.env = problem;
  } else {
    if (!URL.canParse(draft.url.trim()) || !/^https?:/i.test(draft.url.trim())) errors.url = texts.url;
    const problem = pairsProblem(draft.headers);
    if (problem) errors.headers = problem;
    if (draft.clientId.trim() === "" && draft.clientSecret) errors.clientId = texts.clientId;
    if (/["\\]/.test(draft.scope)) errors.scope = texts.scope;
  }
  return Object.keys(errors).length > 0 ? { errors } : { input };
}
