import { setTimeout as delay } from "node:timers/promises";
import { lacks } from "../../shared/testing/parts.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { startFeed } from "../feed.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import { proportionalBytes } from "../process-metrics.ts";
import type { Row } from "../report.ts";
import { startEnv } from "../servers.ts";
import type { Subject } from "../subject.ts";

const REST_MS = 20_000;
const CONTAINERS = 10;
const LINES_PER_SECOND = 1_000;
const WORK_SECONDS = 120;
const QUICK_WORK_SECONDS = 20;

/** Memory of the three servers together: at rest, and while ten containers write and two viewers follow all of them. */
export async function* memory(load: Load, { quick }: BenchOptions): AsyncGenerator<Row> {
  const hasDocker = !(await lacks("docker"));
  const cache = await tempFolder("compiled");
  const env = {
    ...startEnv,
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    LOG_STORE_MAX_BYTES: String(1024 ** 3),
    NODE_COMPILE_CACHE: cache.path,
  };
  // Any start but the first of a release finds compiled modules.
  await (await startStack({ web: true, env })).stop();
  const stack = await startStack({ web: true, env });
  try {
    const { cookie, origin } = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    await delay(REST_MS);
    yield memoryRow("memory at rest", stack, 200);
    if (!hasDocker) return;
    const headers = { Origin: origin, Cookie: cookie };
    yield await atWork(load, stack, headers, quick ? QUICK_WORK_SECONDS : WORK_SECONDS);
  } finally {
    await stack.stop();
    await cache.remove();
  }
}

async function atWork(load: Load, stack: Stack, headers: Record<string, string>, seconds: number): Promise<Row> {
  const feeds = await Promise.all(Array.from({ length: CONTAINERS }, () => startFeed("blocks")));
  const subject: Subject = {
    name: "ours",
    pid: stack.realtime.pid,
    port: stack.realtime.port,
    dialect: "socket.io",
    headers,
    path: "/socket.io/?EIO=4&transport=websocket",
    publish: { path: "/emit", headers: {} },
  };
  try {
    const working = load.run("followAll", subject, feeds, { rate: LINES_PER_SECOND, viewers: 2, seconds });
    await delay((seconds * 1_000) / 2);
    const half = totalMb(stack);
    const lines = await working;
    const row = memoryRow(`memory after ${seconds} s of ${CONTAINERS} containers with 1,000 lines/s`, stack, 300);
    return { ...row, metrics: { ...row.metrics, "MB at half of it": half, "lines to viewers": lines } };
  } finally {
    await Promise.all(feeds.map((feed) => feed.remove()));
  }
}

const megabytes = (pid: number) => proportionalBytes(pid) / 1e6;
const totalMb = ({ api, realtime, web }: Stack) =>
  [api, realtime, web].reduce((sum, service) => sum + (service ? megabytes(service.pid) : 0), 0);

function memoryRow(what: string, stack: Stack, atMost: number): Row {
  const total = totalMb(stack);
  return {
    what,
    metrics: {
      "api MB": megabytes(stack.api.pid),
      "realtime MB": megabytes(stack.realtime.pid),
      "web MB": stack.web ? megabytes(stack.web.pid) : 0,
      "together MB": total,
    },
    bounds: { "PSS of the three servers, MB": { value: total, atMost } },
  };
}
