import { bridgeOptions } from "../../../../../shared/protocol/mcp-bridge.ts";

export const snippetClients = ["Claude Code", "Claude Desktop", "VS Code", "Cursor", ".mcp.json"] as const;
export type SnippetClient = (typeof snippetClients)[number];

const KEY = "YOUR_API_KEY";
const NAME = "ai-desktop";
const json = (value: object) => JSON.stringify(value, undefined, 2);

/** How a client is connected to the gateway: a command, or the text of a file. Never with a real key. */
export function snippetFor(client: SnippetClient, url: string): string {
  const headers = { Authorization: `Bearer ${KEY}` };
  switch (client) {
    case "Claude Code":
      return `claude mcp add --transport http ${NAME} ${url} --header "Authorization: Bearer ${KEY}"`;
    case "Claude Desktop":
      // It starts programs only: mcp-remote connects to an address.
      return json({
        mcpServers: {
          [NAME]: {
            command: "npx",
            args: ["-y", "mcp-remote", url, "--header", `Authorization:\${AUTH_HEADER}`, ...bridgeOptions(url)],
            env: { AUTH_HEADER: `Bearer ${KEY}` },
          },
        },
      });
    case "VS Code":
      return json({
        inputs: [{ type: "promptString", id: `${NAME}-key`, description: "API key of AI Desktop", password: true }],
        servers: { [NAME]: { type: "http", url, headers: { Authorization: `Bearer \${input:${NAME}-key}` } } },
      });
    case "Cursor":
      return json({ mcpServers: { [NAME]: { url, headers } } });
    case ".mcp.json":
      return json({ mcpServers: { [NAME]: { type: "http", url, headers } } });
  }
}
