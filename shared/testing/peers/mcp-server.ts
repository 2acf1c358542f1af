import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface JsonRpc {
  id?: number;
  method: string;
  params?: Record<string, unknown>;
}

/** Responds to one method: returns a result, or writes the response itself. */
export type McpAnswer = unknown | ((message: JsonRpc, response: ServerResponse, request: IncomingMessage) => unknown);

/** Returned when the response is already written, or never will be. */
export const written = Symbol("written");

export interface McpTestServer {
  port: number;
  url: string;
  /** Responses by method. Can be changed while the server runs. */
  answers: Record<string, McpAnswer>;
  /** Methods that came, oldest first. */
  seen: string[];
  /** Id of the one session that is known; null for a server without sessions. */
  session: string | null;
  /** Responds to a request of another session. */
  unknownSession: { status: number; body: string };
  /** Replaces the response to every POST, as a server that is not one of MCP. */
  instead: ((request: IncomingMessage, response: ServerResponse, body: string) => void) | null;
  /** Responds to every GET, which is refused otherwise. */
  onGet: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** Responds to one request as an MCP server does. */
  handle(request: IncomingMessage, response: ServerResponse, body: string): void;
  close(): Promise<void>;
}

export const serverInfo = { name: "small", version: "1.0" };
export const initialized = { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo };

/** A small real MCP server over Streamable HTTP of revision 2025-06-18. Tests can change each response. */
export async function startMcpServer(answers: Record<string, McpAnswer> = {}, listenPort = 0): Promise<McpTestServer> {
  const server = createServer(async (request, response) => {
    if (request.method === "GET" && mcp.onGet) return mcp.onGet(request, response);
    if (request.method !== "POST") return response.writeHead(405).end();
    const body = await text(request);
    if (mcp.instead) mcp.instead(request, response, body);
    else mcp.handle(request, response, body);
  });
  const handle = async (request: IncomingMessage, response: ServerResponse, body: string) => {
    const message = JSON.parse(body) as JsonRpc;
    mcp.seen.push(message.method);
    const stranger = mcp.session !== null && request.headers["mcp-session-id"] !== mcp.session;
    if (stranger && message.method !== "initialize" && message.method !== "server/discover") {
      const { status, body: words } = mcp.unknownSession;
      return response.writeHead(status, { "content-type": "application/json" }).end(words);
    }
    if (message.id === undefined) return response.writeHead(202).end();
    const known = mcp.answers[message.method];
    const result = typeof known === "function" ? await known(message, response, request) : known;
    if (result === written) return;
    const session = message.method === "initialize" && mcp.session !== null ? { "mcp-session-id": mcp.session } : {};
    response.writeHead(200, { "content-type": "application/json", ...session });
    const answer =
      result === undefined ? { error: { code: -32601, message: `Method not found: ${message.method}` } } : { result };
    response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...answer }));
  };
  server.listen(listenPort, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const mcp: McpTestServer = {
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    answers: {
      initialize: initialized,
      ping: {},
      "tools/list": { tools: [{ name: "good", inputSchema: { type: "object" } }] },
      "tools/call": { content: [{ type: "text", text: "done" }] },
      ...answers,
    },
    seen: [],
    session: null,
    unknownSession: { status: 404, body: "Session not found" },
    instead: null,
    onGet: null,
    handle: (request, response, body) => void handle(request, response, body),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return mcp;
}
