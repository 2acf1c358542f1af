import { maskArguments } from "../../../shared/logs/masking.ts";
import { entryOf, hostOf } from "../../../shared/protocol/allowed-entry.ts";
import type { CreateMcpServer, McpServer } from "../../../shared/protocol/mcp.ts";
import type { McpImportEntry, McpImportPreview, McpImportReference } from "../../../shared/protocol/mcp-import.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { isObject, type Json } from "../json.ts";
import { oauthView } from "../secrets.ts";
import { messages } from "./messages.ts";
import { readServerFile, type ServerFile } from "./read-file.ts";
import { referencesIn, withValues } from "./references.ts";
import { toServer } from "./to-server.ts";

/** Stands for a value that is not known yet, where a value has to be valid. */
const PLACEHOLDER = "value";
/** References to folders and the like of an editor: no secrets. */
const EDITOR_NAMES = /^(workspaceFolder|workspaceRoot|userHome|pathSeparator|cwd|file)/;

/** Notes about one server, which a file can fill with fields that nobody knows. */
const MAX_NOTES = 20;

export interface PlanOptions {
  text: string;
  /** Values of references. Undefined: for a preview, in which none is known. */
  values?: Readonly<Record<string, string>> | undefined;
  registered: readonly McpServer[];
  /** Throws why a transport may not be used here. */
  check(transport: CreateMcpServer["transport"]): void;
}

/** One server of the file: what to do with it, and what would be registered. */
export interface PlannedServer {
  entry: McpImportEntry;
  /** Null when it is refused. */
  server: CreateMcpServer | null;
  /** Id of the registered server that is replaced. */
  replaces: string | null;
}

export interface ImportPlan {
  form: McpImportPreview["form"];
  servers: PlannedServer[];
  references: McpImportReference[];
}

/**
 * Says for each server of a file what an import would do with it, and why.
 *
 * @throws AppError `invalid_input` when the file cannot be read
 */
export function planImport({ text, values, registered, check }: PlanOptions): ImportPlan {
  const file = readServerFile(text);
  const names = new Set<string>();
  const servers = file.servers.map(([given, value]) => {
    const name = given.trim();
    const isTaken = names.has(name);
    names.add(name);
    return planServer(name, value, { values, registered, check, isTaken });
  });
  return { form: file.form, servers, references: referencesOf(file) };
}

function planServer(
  name: string,
  value: unknown,
  { values, registered, check, isTaken }: Omit<PlanOptions, "text"> & { isTaken: boolean },
): PlannedServer {
  const uses = usesOf(value);
  const references = [...new Set(uses.map(({ reference }) => reference))];
  const missing = values && references.find((reference) => !Object.hasOwn(values, reference));
  const known = { ...Object.fromEntries(references.map((reference) => [reference, PLACEHOLDER])), ...values };
  const { server, reason, notes } = toServer(name, fill(value, known));
  for (const { reference, isVisible } of uses) {
    if (isVisible && !EDITOR_NAMES.test(reference)) notes.push(messages.visibleValue(reference));
  }
  const shown = server && (toServer(name, value).server?.transport ?? server.transport);
  const base = { name, notes: bounded([...new Set(notes)]), transport: shown && withoutValues(shown), references };
  const refuse = (why: string, allow: McpImportEntry["allow"] = null): PlannedServer => ({
    entry: { ...base, action: "refuse", reason: why, allow },
    server: null,
    replaces: null,
  });
  if (!server) return refuse(reason ?? "");
  if (isTaken) return refuse(messages.nameTwiceInFile);
  try {
    check(server.transport);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refuse(error.message, error.code === "forbidden" ? allowing(server.transport) : null);
  }
  if (missing !== undefined) return refuse(messages.needsValue(missing));
  const sameName = registered.filter((one) => one.name === server.name);
  if (sameName.length > 1) return refuse(messages.nameTwice);
  const [before] = sameName;
  const action = !before ? "add" : isSame(before.transport, server.transport) ? "same" : "change";
  return { entry: { ...base, action, reason: null, allow: null }, server, replaces: before?.id ?? null };
}

const bounded = (notes: string[]): string[] =>
  notes.length <= MAX_NOTES ? notes : [...notes.slice(0, MAX_NOTES), messages.moreNotes(notes.length - MAX_NOTES)];

/** The entry of the setting that would allow a transport. */
function allowing(transport: CreateMcpServer["transport"]): McpImportEntry["allow"] {
  if (transport.type === "http") {
    const host = hostOf(transport.url);
    return host === undefined ? null : { list: "MCP_ALLOWED_HOSTS", entry: host };
  }
  const call = [transport.command, ...transport.args];
  const isSecret = (words: readonly string[]) => maskArguments(words).join("\n") !== words.join("\n");
  const entry = entryOf(call, isSecret);
  return entry === "" ? null : { list: "MCP_ALLOWED_COMMANDS", entry };
}

/** Whether nothing would change. With variables or headers it would: stored values are not compared. */
function isSame(before: McpServer["transport"], after: CreateMcpServer["transport"]): boolean {
  if (before.type === "stdio" && after.type === "stdio") {
    const isSameCall = JSON.stringify([before.command, before.args]) === JSON.stringify([after.command, after.args]);
    return isSameCall && before.envNames.length === 0 && Object.keys(after.env).length === 0;
  }
  if (before.type === "stdio" || after.type === "stdio") return false;
  return (
    before.url === after.url &&
    before.protocol === after.protocol &&
    before.oauth === undefined &&
    after.oauth === undefined &&
    before.headerNames.length === 0 &&
    Object.keys(after.headers).length === 0
  );
}

function withoutValues(transport: CreateMcpServer["transport"]): McpServer["transport"] {
  if (transport.type === "http") {
    return {
      type: "http",
      url: transport.url,
      protocol: transport.protocol,
      headerNames: Object.keys(transport.headers),
      oauth: transport.oauth && oauthView(transport.oauth),
    };
  }
  const { command, args, env } = transport;
  return { type: "stdio", command, args, envNames: Object.keys(env) };
}

interface Use {
  reference: string;
  fallback: string | null;
  /** In the arguments or the address, which responses contain. */
  isVisible: boolean;
}

/** The texts of a server in which references count. */
function usesOf(value: unknown): Use[] {
  if (!isObject(value)) return [];
  const stored = [value.env, value.headers, value.oauth, value.auth].flatMap((map) =>
    isObject(map) ? Object.values(map) : [],
  );
  const visible = [
    value.command,
    value.url,
    value.serverUrl,
    value.httpUrl,
    ...(Array.isArray(value.args) ? value.args : []),
  ];
  const usesIn = (texts: readonly unknown[], isVisible: boolean) =>
    texts.flatMap((text) => (typeof text === "string" ? referencesIn(text).map((use) => ({ ...use, isVisible })) : []));
  return [...usesIn(visible, true), ...usesIn(stored, false)];
}

/** Replaces references in all texts of a server. */
function fill(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return withValues(value, values);
  if (Array.isArray(value)) return value.map((one) => fill(one, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, values)]));
}

/** What has to be asked for, once for each reference. */
function referencesOf({ servers, inputs }: ServerFile): McpImportReference[] {
  const uses = new Map(servers.flatMap(([, value]) => usesOf(value)).map((use) => [use.reference, use]));
  return [...uses.values()].map(({ reference, fallback }) => {
    const input = reference.startsWith("input:") ? inputs.get(reference.slice("input:".length)) : undefined;
    const text = (field: string) => (typeof input?.[field] === "string" ? (input[field] as string) : null);
    return {
      reference,
      label: (text("description") ?? reference.replace(/^(env|input):/, "")).slice(0, 200),
      secret: input ? input.password === true : !EDITOR_NAMES.test(reference),
      suggestion: text("default") ?? fallback,
      options: optionsOf(input),
    };
  });
}

function optionsOf(input: Json | undefined): string[] | null {
  if (!Array.isArray(input?.options)) return null;
  const options = input.options.map((option) => (isObject(option) ? option.value : option));
  return options.filter((option): option is string => typeof option === "string").slice(0, 100);
}
