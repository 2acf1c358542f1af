import { maskArguments } from "../logs/masking.ts";
import type { McpServer } from "../protocol/mcp.ts";
import { bridgeOptions } from "../protocol/mcp-bridge.ts";
import type { McpSnippet } from "../protocol/mcp-import.ts";

/** What a snippet is about: a registered server, or an address such as that of a gateway. */
export type SnippetServer = Pick<McpServer, "name" | "transport"> & Partial<Pick<McpServer, "oldTransport">>;

const texts = {
  desktop: "Claude Desktop",
  code: "Claude Code",
  vscode: "VS Code",
  cursor: "Cursor",
  plain: "Any client",
  replace: "Claude Desktop reads no variables: replace what is in <…>.",
  bridge: "Claude Desktop starts programs only: mcp-remote connects it to the address.",
  secretLeftOut: "A part that looks like a secret is left out.",
  program: "The program must be installed where the client runs.",
  shell: "Run it in a shell of your computer.",
} as const;

/** How a client writes a value that it gets from elsewhere. */
type Placeholder = (name: string) => string;

const shell: Placeholder = (name) => `\${${name}}`;

/**
 * The configuration of one server for each client. Never with a value of a variable or header: each client gets the form
 * in which it reads them from elsewhere, or a gap to fill. Arguments and addresses that look like secrets are masked.
 */
export function clientSnippets(server: SnippetServer): McpSnippet[] {
  const key = keyOf(server.name);
  const isLocal = server.transport.type === "stdio";
  const common = [...(isLocal ? [texts.program] : []), ...(leavesOut(server) ? [texts.secretLeftOut] : [])];
  const file = (servers: object) => JSON.stringify(servers, null, 2);
  const needsValue = variablesOf(server).length > 0;
  const inputs = variablesOf(server).map((name) => ({
    type: "promptString",
    id: inputOf(name),
    description: name,
    password: true,
  }));
  return [
    {
      client: "claude-desktop",
      title: texts.desktop,
      target: "claude_desktop_config.json",
      text: file({ mcpServers: { [key]: forDesktop(server) } }),
      notes: [...(isLocal ? [] : [texts.bridge]), ...(needsValue ? [texts.replace] : []), ...common],
    },
    {
      client: "claude-code",
      title: texts.code,
      target: texts.shell,
      text: `claude mcp add-json ${key} ${quoted(JSON.stringify(describe(server, shell)))}`,
      notes: common,
    },
    {
      client: "vscode",
      title: texts.vscode,
      target: ".vscode/mcp.json",
      text: file({
        servers: { [key]: describe(server, (name) => `\${input:${inputOf(name)}}`) },
        ...(needsValue ? { inputs } : {}),
      }),
      notes: common,
    },
    {
      client: "cursor",
      title: texts.cursor,
      target: ".cursor/mcp.json",
      text: file({ mcpServers: { [key]: withoutType(describe(server, (name) => `\${env:${name}}`)) } }),
      notes: common,
    },
    {
      client: "mcp-json",
      title: texts.plain,
      target: ".mcp.json",
      text: file({ mcpServers: { [key]: describe(server, shell) } }),
      notes: common,
    },
  ];
}

/** A key of letters, digits and dashes: some clients accept no others. */
const keyOf = (name: string): string => name.replaceAll(/[^\w-]+/g, "-").replaceAll(/^-+|-+$/g, "") || "server";

/** Names of the variables that hold the values: those of the server, or one for each header. */
const variablesOf = (server: SnippetServer): string[] =>
  server.transport.type === "stdio"
    ? server.transport.envNames
    : server.transport.headerNames.map((header) => variableOf(server, header));

const variableOf = ({ name }: SnippetServer, header: string): string =>
  `${keyOf(name)}_${header}`
    .replaceAll(/\W/g, "_")
    .toUpperCase()
    .replace(/^(?=\d)/, "_");
const inputOf = (name: string): string => name.toLowerCase().replaceAll("_", "-");

const maskedArguments = (args: readonly string[]): string[] => maskArguments(args);
const maskedAddress = (address: string): string => maskArguments([address])[0] ?? "";

function leavesOut({ transport }: SnippetServer): boolean {
  if (transport.type === "http") return maskedAddress(transport.url) !== transport.url;
  return maskedArguments(transport.args).some((arg, index) => arg !== transport.args[index]);
}

function describe(server: SnippetServer, placeholder: Placeholder): Record<string, unknown> {
  const { transport } = server;
  if (transport.type === "stdio") {
    const { command, args, envNames } = transport;
    const env = Object.fromEntries(envNames.map((name) => [name, placeholder(name)]));
    return { type: "stdio", command, args: maskedArguments(args), ...(envNames.length > 0 ? { env } : {}) };
  }
  const { url, headerNames } = transport;
  const headers = Object.fromEntries(headerNames.map((name) => [name, placeholder(variableOf(server, name))]));
  const type = server.oldTransport || transport.protocol === "sse" ? "sse" : "http";
  return { type, url: maskedAddress(url), ...(headerNames.length > 0 ? { headers } : {}) };
}

function withoutType({ type: _type, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

function forDesktop(server: SnippetServer): Record<string, unknown> {
  const gap: Placeholder = (name) => `<${name}>`;
  const { transport } = server;
  if (transport.type === "stdio") return withoutType(describe(server, gap));
  // Spaces inside an argument are lost by some versions on Windows: the value is in a variable.
  const headers = transport.headerNames.flatMap((name) => ["--header", `${name}:${shell(variableOf(server, name))}`]);
  const env = Object.fromEntries(variablesOf(server).map((name) => [name, gap(name)]));
  const args = ["-y", "mcp-remote", maskedAddress(transport.url), ...headers, ...bridgeOptions(transport.url)];
  return { command: "npx", args, ...(headers.length > 0 ? { env } : {}) };
}

/** One word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
