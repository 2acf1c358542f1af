import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { eventually } from "../../shared/testing/eventually.ts";
import { projectFolder } from "../../shared/testing/service-process.ts";
import { type SignedIn, signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import { cpuSeconds, proportionalBytes } from "../process-metrics.ts";
import type { Row } from "../report.ts";
import { startEnv } from "../servers.ts";
import { percentile } from "../statistics.ts";
import { startFloor, startGateways } from "../yardsticks/mcp-gateways.ts";

const RUN = { warmUp: 1_000, calls: 2_000 };
const QUICK_RUN = { warmUp: 300, calls: 500 };
const CLIENTS = 100;
const LONG_RUN = 10_000;
const MEBIBYTE = 1024 * 1024;
const program = join(projectFolder, "api/mcp/conformance/server.mjs");
const call = { name: "test_simple_text", arguments: {} };

/** A connected client, and the process that is between it and the server. */
interface Way {
  name: string;
  client: Client;
  pid?: number;
}

/** Calls of a tool through the gateway, beside the official client at the same server; and what clients and calls cost. */
export async function* mcp(_load: Load, { quick }: BenchOptions): AsyncGenerator<Row> {
  const stack = await startStack({
    env: {
      ...startEnv,
      // For example --cpu-prof, to profile the server.
      NODE_OPTIONS: `${startEnv.NODE_OPTIONS} ${process.env.SERVER_NODE_OPTIONS ?? ""}`,
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      MCP_ALLOWED_COMMANDS: process.execPath,
    },
  });
  const open: Client[] = [];
  const others: { stop(): Promise<void> }[] = [];
  try {
    const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    const headers = { Authorization: `Bearer ${await exposeServer(admin)}` };
    const connect = async (url: string, requestInit: RequestInit = {}) => {
      const client = new Client({ name: "bench", version: "1" });
      open.push(client);
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
      return client;
    };
    const throughGateway = () => connect(`${stack.api.url}/api/agent/mcp`, { headers });

    const direct = new Client({ name: "bench", version: "1" });
    open.push(direct);
    await direct.connect(new StdioClientTransport({ command: process.execPath, args: [program] }));
    const floor = await startFloor();
    others.push(floor);
    const yardsticks = await startGateways(program);
    others.push(...yardsticks);
    const ways: Way[] = [
      { name: "direct", client: direct },
      { name: floor.name, client: await connect(floor.url), pid: floor.pid },
      { name: "gateway", client: await throughGateway(), pid: stack.api.pid },
    ];
    for (const { name, url, pid } of yardsticks) ways.push({ name, client: await connect(url), pid });
    yield* latency(ways, quick ? QUICK_RUN : RUN);
    await Promise.all(others.splice(0).map((other) => other.stop()));

    const before = proportionalBytes(stack.api.pid);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, throughGateway));
    await Promise.all(clients.map((client) => client.callTool(call)));
    const after = proportionalBytes(stack.api.pid);
    yield {
      what: `${CLIENTS} clients of the gateway`,
      metrics: { "MiB before": before / MEBIBYTE, "MiB after": after / MEBIBYTE },
      bounds: { "memory of the clients, MiB": { value: (after - before) / MEBIBYTE, atMost: 50 } },
    };
    if (!quick) yield await longRun(stack, admin, clients[0] ?? direct);
  } finally {
    await Promise.all(open.map((client) => client.close().catch(() => {})));
    await Promise.all(others.map((other) => other.stop()));
    await stack.stop();
  }
}

/** Starts the server behind the gateway, and returns a key for it. */
async function exposeServer({ ask }: SignedIn): Promise<string> {
  const transport = { type: "stdio", command: process.execPath, args: [program] };
  const { server } = await ask<{ server: { id: string } }>("POST", "/api/mcp", { name: "bench", transport });
  await ask("POST", `/api/mcp/${server.id}/start`, {});
  const settings = { enabled: true, nameSpacing: false, timeoutSeconds: 60, callsPerMinute: 100_000 };
  await ask("PUT", "/api/mcp-gateway", settings);
  await ask("PUT", `/api/mcp-gateway/servers/${server.id}`, { enabled: true });
  const key = { name: "bench", role: "operator", days: 1, scopes: ["mcp:call"] };
  return (await ask<{ secret: string }>("POST", "/api/keys", key)).secret;
}

/** Alternates between the ways, so that all see the same load of the machine. */
async function* latency(ways: readonly Way[], { warmUp, calls }: typeof RUN): AsyncGenerator<Row> {
  const times = ways.map((): number[] => []);
  const cpu = ways.map(() => 0);
  for (let index = 0; index < warmUp + calls; index++) {
    for (const [at, { client }] of ways.entries()) {
      const began = performance.now();
      await client.callTool(call);
      if (index >= warmUp) times[at]?.push(performance.now() - began);
    }
  }
  for (const [at, { client, pid }] of ways.entries()) {
    if (pid === undefined) continue;
    const began = cpuSeconds(pid);
    for (let index = 0; index < calls; index++) await client.callTool(call);
    cpu[at] = (cpuSeconds(pid) - began) / calls;
  }
  const p50 = times.map((own) => percentile(own, 0.5));
  const [direct = Number.NaN] = p50;
  for (const [at, { name, pid }] of ways.entries()) {
    const added = (p50[at] ?? Number.NaN) - direct;
    const bounds = { "added by the gateway at p50, ms": { value: added, atMost: 2 } };
    yield {
      what: `a call, ${name}`,
      metrics: {
        "p50 ms": p50[at] ?? Number.NaN,
        "p99 ms": percentile(times[at] ?? [], 0.99),
        ...(pid === undefined ? {} : { "added ms": added, "CPU ms": (cpu[at] ?? Number.NaN) * 1_000 }),
      },
      ...(name === "gateway" ? { bounds } : {}),
    };
  }
}

interface Held {
  memory: number;
  descriptors: number;
  children: number;
  resources: number;
}

/** What the API holds: memory, open files, child processes, and what Node counts as active (timers, sockets, requests). */
async function heldBy({ api }: Stack, key: string): Promise<Held> {
  const response = await fetch(`${api.url}/metrics`, { headers: { Authorization: `Bearer ${key}` } });
  const resources = /^nodejs_active_resources_total (\d+)/m.exec(await response.text())?.[1];
  const children = readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === `${api.pid}`
      );
    } catch {
      return false; // it has ended
    }
  });
  return {
    memory: proportionalBytes(api.pid) / MEBIBYTE,
    descriptors: readdirSync(`/proc/${api.pid}/fd`).length,
    children: children.length,
    resources: Number(resources),
  };
}

/** Many calls, twice: the second time must hold no more than the first. */
async function longRun(stack: Stack, admin: SignedIn, client: Client): Promise<Row> {
  const key = await admin.makeKey();
  const run = async () => {
    for (let index = 0; index < LONG_RUN; index++) await client.callTool(call);
    return heldBy(stack, key);
  };
  const first = await run();
  let second = await run();
  // What the last calls left for later, such as their rows in the history, is written meanwhile.
  await eventually(async () => {
    second = await heldBy(stack, key);
    return second.resources <= first.resources && second.descriptors <= first.descriptors;
  }).catch(() => {});
  const more = (name: keyof Held, atMost: number) => ({ value: second[name] - first[name], atMost });
  return {
    what: `${LONG_RUN} calls through the gateway, twice`,
    metrics: { "MiB after the first": first.memory, "MiB after the second": second.memory },
    bounds: {
      "growth of the second, MiB": more("memory", 10),
      "more open files": more("descriptors", 0),
      "more child processes": more("children", 0),
      "more timers, sockets and requests": more("resources", 0),
    },
  };
}
