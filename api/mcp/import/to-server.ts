import { type CreateMcpServer, createMcpServer } from "../../../shared/protocol/mcp.ts";
import { isObject, type Json } from "../json.ts";
import { messages } from "./messages.ts";

/** A server of a file in the form of a registration, with its references, or why it cannot be one. */
export interface ReadServer {
  name: string;
  server: CreateMcpServer | null;
  reason: string | null;
  notes: string[];
}

const httpTypes = new Set(["http", "sse", "streamable-http", "streamablehttp", "streamable_http", "remote"]);
/** Fields that are read, or that say nothing about how the server is started. */
const known = new Set(
  `type transport command args env url serverUrl httpUrl headers name description disabled enabled cwd envFile
   gallery version timeout trust icon`.split(/\s+/),
);

/** Reads the description of one server. What is taken over differently is noted. */
export function toServer(name: string, value: unknown): ReadServer {
  const notes: string[] = [];
  const refuse = (reason: string): ReadServer => ({ name, server: null, reason, notes });
  if (!isObject(value)) return refuse(messages.noObject);
  const address = [value.url, value.serverUrl, value.httpUrl].find((one) => typeof one === "string");
  const type = [value.type, value.transport].find((one) => typeof one === "string")?.toLowerCase() ?? "";
  if (type !== "" && type !== "stdio" && type !== "local" && !httpTypes.has(type)) {
    return refuse(messages.unknownTransport(type.slice(0, 40)));
  }
  const isLocal = typeof value.command === "string" && !httpTypes.has(type);
  if (!isLocal && address === undefined) return refuse(messages.noTarget);
  const isOld = !isLocal && type === "sse";
  if (isOld) notes.push(messages.oldTransport);
  const oauth = isLocal ? undefined : toOAuth(value);
  noteOthers(oauth ? { ...value, oauth: undefined, auth: undefined } : value, isLocal && address !== undefined, notes);
  const transport: CreateMcpServer["transport"] = isLocal
    ? { type: "stdio", ...toCall(value, notes), env: toTexts(value.env, "env", notes) }
    : {
        type: "http",
        url: String(address),
        protocol: isOld ? "sse" : undefined,
        headers: toTexts(value.headers, "headers", notes),
        oauth,
      };
  const checked = createMcpServer.safeParse({ name, transport });
  if (checked.success) return { name, server: checked.data, reason: null, notes };
  const [issue] = checked.error.issues;
  const field = issue?.path.filter((part) => part !== "transport").join(".") ?? "";
  return refuse(messages.invalid(field.slice(0, 200), issue?.message ?? ""));
}

function noteOthers(value: Json, hasBoth: boolean, notes: string[]): void {
  if (hasBoth) notes.push(messages.bothTargets);
  if (value.cwd !== undefined) notes.push(messages.cwd);
  if (value.envFile !== undefined) notes.push(messages.envFile);
  if (value.disabled === true || value.enabled === false) notes.push(messages.disabled);
  for (const [field, one] of Object.entries(value))
    if (!known.has(field) && one !== undefined) notes.push(messages.ignored(field.slice(0, 60)));
}

/** A client that was registered by hand, as Claude Code (`oauth`) and Cursor (`auth`) write it. */
function toOAuth(value: Json): Extract<CreateMcpServer["transport"], { type: "http" }>["oauth"] {
  const given = [value.oauth, value.auth].find(isObject) ?? {};
  const text = (...names: string[]) => names.map((name) => given[name]).find((one) => typeof one === "string");
  const clientId = text("clientId", "CLIENT_ID");
  const { scopes } = given;
  const scope = Array.isArray(scopes) ? scopes.join(" ") : text("scope", "scopes");
  return clientId === undefined
    ? undefined
    : { clientId, clientSecret: text("clientSecret", "CLIENT_SECRET"), scope: scope || undefined };
}

function toCall(value: Json, notes: string[]): { command: string; args: string[] } {
  const args = (Array.isArray(value.args) ? value.args : []).flatMap((arg, index) => {
    if (typeof arg === "string") return [arg];
    if (typeof arg === "number" || typeof arg === "boolean") {
      notes.push(messages.becameText(`args.${index}`));
      return [String(arg)];
    }
    notes.push(messages.notText(`args.${index}`));
    return [];
  });
  let call = [String(value.command).trim(), ...args];
  const [command = ""] = call;
  if (args.length === 0 && /\s/.test(command) && !command.startsWith("/")) {
    call = command.split(/\s+/);
    notes.push(messages.splitCommand);
  }
  if (/^cmd(\.exe)?$/i.test(call[0] ?? "") && /^\/c$/i.test(call[1] ?? "") && call.length > 2) {
    call = call.slice(2);
    notes.push(messages.windowsShell);
  }
  const [program = "", ...rest] = call;
  return { command: program, args: rest };
}

function toTexts(value: unknown, field: string, notes: string[]): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [name, one] of Object.entries(isObject(value) ? value : {})) {
    if (typeof one === "string") texts.push([name, one]);
    else if (typeof one === "number" || typeof one === "boolean") {
      texts.push([name, String(one)]);
      notes.push(messages.becameText(`${field}.${name}`));
    } else notes.push(messages.notText(`${field}.${name}`));
  }
  return Object.fromEntries(texts);
}
