import process from "node:process";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { ChangeGatewayServer } from "../../../shared/protocol/mcp-gateway.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { createMcpGateway } from "./gateway.ts";

export const gatewaySettings = { enabled: true, nameSpacing: true, timeoutSeconds: 60, callsPerMinute: 100_000 };

/** An API whose gateway is on, and which may run Node and connect to this machine. */
export interface TestGateway {
  api: TestApi;
  url: URL;
  /** Registers a server, starts it and exposes it. Returns its id. */
  expose(name: string, transport: object, settings?: Partial<ChangeGatewayServer>): Promise<string>;
  /**
   * Resolves once the gateway offers these tools. A list lacks those of a server that took too long to be read, as on a busy
   * machine; what was read once stays.
   */
  offers(...tools: string[]): Promise<void>;
  changeServer(id: string, settings: Partial<ChangeGatewayServer>): Promise<number>;
  key(scopes?: string[] | null, name?: string): Promise<{ id: string; secret: string }>;
  /** An official client, connected by a new key or that of `secret`. */
  connect(options?: ClientOptions & { secret?: string }): Promise<Client>;
  /** Sends one POST as a client without a library does. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function startGateway(): Promise<TestGateway> {
  const config = { MCP_ALLOWED_COMMANDS: [process.execPath], MCP_ALLOWED_HOSTS: ["127.0.0.1", "localhost"] };
  const api = await startApi({
    change: (deps) => {
      const mcp = createMcpHost({ ...deps, config, startMs: HANG_MS });
      return { mcp, mcpGateway: createMcpGateway({ ...deps, mcp, version: "1" }) };
    },
  });
  await api.ask("PUT", "/api/mcp-gateway", { body: gatewaySettings });
  const url = new URL(`http://127.0.0.1:${api.port}/api/agent/mcp`);
  const clients: Client[] = [];
  const changeServer: TestGateway["changeServer"] = async (id, settings) =>
    (await api.ask("PUT", `/api/mcp-gateway/servers/${id}`, { body: { enabled: true, ...settings } })).status;
  const key: TestGateway["key"] = async (scopes = ["mcp:call"], name = "agent") => {
    const { body } = await api.ask("POST", "/api/keys", { body: { name, role: "operator", days: 1, scopes } });
    return { id: body.key.id, secret: body.secret };
  };
  const connect: TestGateway["connect"] = async ({ secret, ...options } = {}) => {
    const token = secret ?? (await key()).secret;
    const client = new Client({ name: "test", version: "1" }, options);
    const headers = { Authorization: `Bearer ${token}` };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    clients.push(client);
    return client;
  };
  return {
    api,
    url,
    async expose(name, transport, settings = {}) {
      const made = await api.ask("POST", "/api/mcp", { body: { name, transport } });
      const { id } = made.body.server;
      const started = await api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
      if (started.status !== 200) throw new Error(`${name} did not start: ${started.text}`);
      await changeServer(id, settings);
      return id;
    },
    changeServer,
    key,
    connect,
    async offers(...wanted) {
      const { id, secret } = await key();
      const client = await connect({ secret });
      await eventually(async () => {
        const { tools } = await client.listTools({}, { cacheMode: "refresh" });
        const offered = new Set(tools.map(({ name }) => name));
        const missing = wanted.filter((name) => !offered.has(name));
        if (missing.length > 0) throw new Error(`not offered: ${missing}`);
      });
      await client.close();
      await api.ask("DELETE", `/api/keys/${id}`); // ends its session too
    },
    post: (body, headers = {}) =>
      fetch(url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json, text/event-stream",
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async close() {
      for (const client of clients) await client.close().catch(() => {});
      api.deps.mcpGateway.close();
      await api.close();
    },
  };
}
