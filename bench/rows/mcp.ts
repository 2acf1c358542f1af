import { join } from "node:path";
import process from "node:process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { projectFolder } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { startStack } from "../../shared/testing/stack.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import { proportionalBytes } from "../process-metrics.ts";
import type { Row } from "../report.ts";
import { percentile } from "../statistics.ts";

const WARM_UP = 500;
const CALLS = 2_000;
const CLIENTS = 100;
const LONG_RUN = 10_000;
const MEBIBYTE = 1024 * 1024;
const program = join(projectFolder, "api/mcp/gateway/conformance/server.mjs");
const call = { name: "test_simple_text", arguments: {} };

/** Calls of a tool through the gateway, beside the official client at the same server; and what clients and calls cost. */
export async function* mcp(_load: Load, _options: BenchOptions): AsyncGenerator<Row> {
  const stack = await startStack({
    env: { NODE_ENV: "production", LOG_LEVEL: "warn", MCP_ALLOWED_COMMANDS: process.execPath },
  });
  const open: Client[] = [];
  try {
    const { ask } = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    const transport = { type: "stdio", command: process.execPath, args: [program] };
    const { server } = await ask<{ server: { id: string } }>("POST", "/api/mcp", { name: "bench", transport });
    await ask("POST", `/api/mcp/${server.id}/start`, {});
    const settings = { enabled: true, nameSpacing: false, timeoutSeconds: 60, callsPerMinute: 100_000 };
    await ask("PUT", "/api/mcp-gateway", settings);
    await ask("PUT", `/api/mcp-gateway/servers/${server.id}`, { enabled: true });
    const key = { name: "bench", role: "operator", days: 1, scopes: ["mcp:call"] };
    const { secret } = await ask<{ secret: string }>("POST", "/api/keys", key);
    const headers = { Authorization: `Bearer ${secret}` };
    const connect = async () => {
      const client = new Client({ name: "bench", version: "1" });
      const url = new URL(`${stack.api.url}/api/agent/mcp`);
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      open.push(client);
      return client;
    };
    const direct = new Client({ name: "bench", version: "1" });
    await direct.connect(new StdioClientTransport({ command: process.execPath, args: [program] }));
    open.push(direct);
    yield await latency(direct, await connect());

    const before = proportionalBytes(stack.api.pid);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
    await Promise.all(clients.map((client) => client.callTool(call)));
    const after = proportionalBytes(stack.api.pid);
    yield {
      what: `${CLIENTS} clients of the gateway`,
      metrics: { "MiB before": before / MEBIBYTE, "MiB after": after / MEBIBYTE },
      bounds: { "memory of the clients, MiB": { value: (after - before) / MEBIBYTE, atMost: 50 } },
    };

    const [one = direct] = clients;
    const run = async () => {
      for (let index = 0; index < LONG_RUN; index++) await one.callTool(call);
      return proportionalBytes(stack.api.pid);
    };
    const first = await run();
    const second = await run();
    yield {
      what: `${LONG_RUN} calls through the gateway, twice`,
      metrics: { "MiB after the first": first / MEBIBYTE, "MiB after the second": second / MEBIBYTE },
      bounds: { "growth of the second, MiB": { value: (second - first) / MEBIBYTE, atMost: 10 } },
    };
  } finally {
    await Promise.all(open.map((client) => client.close().catch(() => {})));
    await stack.stop();
  }
}

/** Alternates, so that both see the same load of the machine. */
async function latency(direct: Client, gateway: Client): Promise<Row> {
  const times = { direct: [] as number[], gateway: [] as number[] };
  const measure = async (client: Client, into: number[], counts: boolean) => {
    const began = performance.now();
    await client.callTool(call);
    if (counts) into.push(performance.now() - began);
  };
  for (let index = 0; index < WARM_UP + CALLS; index++) {
    await measure(direct, times.direct, index >= WARM_UP);
    await measure(gateway, times.gateway, index >= WARM_UP);
  }
  const p50 = { direct: percentile(times.direct, 0.5), gateway: percentile(times.gateway, 0.5) };
  return {
    what: "a call: official client at the server, and through the gateway",
    metrics: {
      "direct p50 ms": p50.direct,
      "gateway p50 ms": p50.gateway,
      "gateway p99 ms": percentile(times.gateway, 0.99),
    },
    bounds: { "added by the gateway at p50, ms": { value: p50.gateway - p50.direct, atMost: 2 } },
  };
}
