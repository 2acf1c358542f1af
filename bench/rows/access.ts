import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HandshakeRequest } from "../../shared/protocol/access.ts";
import { startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { median, percentile } from "../statistics.ts";
import type { Subject } from "../subject.ts";

const CHECKS = 2_000;
const WARM_UP = 500;
const CLIENTS = 1_000;

/** The session check by the real API, and a thousand clients that reconnect at once after the realtime server was killed. */
export async function* access(load: Load, { repetitions }: BenchOptions): AsyncGenerator<Row> {
  const stack = await startStack({
    env: { NODE_ENV: "production", LOG_LEVEL: "warn", MAX_SOCKETS_PER_SESSION: String(CLIENTS) },
  });
  try {
    const { cookie, origin } = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    yield await checks(stack, cookie);
    yield await returns(load, stack, { Origin: origin, Cookie: cookie }, repetitions);
  } finally {
    await load.run("leave");
    await stack.realtime.stop(); // the one started by the stack was killed
    await stack.stop();
  }
}

/** The request that the realtime server sends at a handshake, including the hop. */
async function checks(stack: Stack, cookie: string): Promise<Row> {
  const token = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
  const milliseconds: number[] = [];
  for (let index = 0; index < WARM_UP + CHECKS; index++) {
    const began = performance.now();
    const answer = await fetch(`${stack.api.url}/internal/handshakes`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ handshakes: [{ cookie, address: "127.0.0.1", https: false } satisfies HandshakeRequest] }),
    });
    const { principals } = (await answer.json()) as { principals?: unknown[] };
    if (!principals?.[0]) throw new Error(`the session check returns ${answer.status}, and no caller`);
    if (index >= WARM_UP) milliseconds.push(performance.now() - began);
  }
  const p50 = percentile(milliseconds, 0.5);
  return {
    what: "session check by the API, over HTTP",
    metrics: { "p50 ms": p50, "p99 ms": percentile(milliseconds, 0.99) },
    bounds: { "median of a session check, ms": { value: p50, atMost: 2 } },
  };
}

async function returns(load: Load, stack: Stack, headers: Record<string, string>, repetitions: number): Promise<Row> {
  const subject: Subject = {
    name: "ours",
    pid: stack.realtime.pid,
    port: stack.realtime.port,
    dialect: "socket.io",
    headers,
    path: "/socket.io/?EIO=4&transport=websocket",
    publish: { path: "/emit", headers: {} },
  };
  await load.run("gather", subject, CLIENTS);
  const seconds: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const back = load.run("comeBack");
    const began = performance.now();
    stack.realtime.signal("SIGKILL");
    await stack.realtime.exited;
    stack.realtime = await startService("realtime", { env: stack.env, port: stack.realtime.port });
    await back;
    seconds.push((performance.now() - began) / 1_000);
  }
  return {
    what: "1,000 clients back after kill -9, sessions checked",
    metrics: { "s until the last is in": median(seconds) },
    bounds: { "seconds until all are back": { value: Math.max(...seconds), atMost: 30 } },
  };
}
