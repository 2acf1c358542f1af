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
import { median } from "../statistics.ts";
import type { Subject } from "../subject.ts";

const REST_MS = 20_000;
const CONTAINERS = 10;
const LINES_PER_SECOND = 1_000;
const WORK_SECONDS = 300;
const QUICK_WORK_SECONDS = 20;
const SAMPLE_MS = 1_000;
/** A leak of a thousandth of the lines' bytes would be more. */
const MAX_GROWTH = 3;

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
    const samples: number[] = [];
    const sampling = setInterval(() => samples.push(totalMb(stack)), SAMPLE_MS);
    const working = load.run("followAll", subject, feeds, { rate: LINES_PER_SECOND, viewers: 2, seconds });
    const lines = await working.finally(() => clearInterval(sampling));
    const written = CONTAINERS * LINES_PER_SECOND * seconds;
    const row = memoryRow(`memory after ${seconds} s of ${CONTAINERS} containers with 1,000 lines/s`, stack, 300);
    const [early, late] = [
      samples.slice(samples.length / 3, (samples.length * 2) / 3),
      samples.slice((samples.length * 2) / 3),
    ];
    // Between the middles of the second and of the last third.
    const growth = ((median(late) - median(early)) / (samples.length * SAMPLE_MS)) * 3 * 60_000;
    Object.assign(row.metrics, {
      "most MB": Math.max(...samples),
      "median MB of the last third": median(late),
      "growth, MB a minute": growth,
      "delivered of all lines, to 2 viewers": lines / written / 2,
    });
    if (seconds >= WORK_SECONDS)
      Object.assign(row.bounds ?? {}, { "growth, MB a minute": { value: growth, atMost: MAX_GROWTH } });
    return row;
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
