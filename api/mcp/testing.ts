import { join } from "node:path";
import process from "node:process";

export {
  initialized,
  type McpAnswer,
  type McpTestServer,
  serverInfo,
  startMcpServer,
  written,
} from "../../shared/testing/peers/mcp-server.ts";

/** A real MCP server with tools of each kind, to be run by Node. */
export const everythingServer = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);

/**
 * A small real MCP server over stdio, to be run by Node as a module. Its tools: `pid` returns the process id, `exit` ends
 * the process, `silent` never responds, any other echoes its arguments.
 */
export const smallServerScript = `
  import { createInterface } from "node:readline";
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
  const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === "notifications/initialized") globalThis.onReady?.();
    if (id === undefined) return;
    if (method === "initialize") {
      const serverInfo = { name: "small", version: "1.0" };
      send({ id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo } });
    } else if (method === "tools/list") {
      send({ id, result: { tools: [{ name: "pid", inputSchema: { type: "object" } }] } });
    } else if (method === "tools/call") {
      if (params.name === "exit") process.exit(3);
      if (params.name === "silent") return;
      send({ id, result: text(params.name === "pid" ? process.pid : JSON.stringify(params.arguments)) });
    } else send({ id, error: { code: -32601, message: "Method not found" } });
  }).on("close", () => process.exit(0));
`;

/** Settings of a host that may run Node and connect to no address. */
export const nodeOnly = { MCP_ALLOWED_COMMANDS: [process.execPath], MCP_ALLOWED_HOSTS: [] as string[] };
