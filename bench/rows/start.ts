import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { eventually } from "../../shared/testing/eventually.ts";
import { projectFolder, type ServiceName, spawnService } from "../../shared/testing/service-process.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import { pin, residentBytes, SERVER_CORE } from "../process-metrics.ts";
import type { Row } from "../report.ts";
import { median } from "../statistics.ts";

const REST_MS = 3_000;

/** Row 6: time from the start of a process to its first response, memory at rest, and the size of the page. */
export async function* start(_load: Load, { repetitions }: BenchOptions): AsyncGenerator<Row> {
  for (const service of ["api", "realtime", "web"] as const) {
    const times: number[] = [];
    const megabytes: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const measured = await startOnce(service);
      times.push(measured.seconds);
      megabytes.push(measured.megabytes);
    }
    yield {
      what: `cold start of ${service}`,
      metrics: { "s to the first response": median(times), "RSS MB at rest": median(megabytes) },
    };
  }
  const page = await firstLoad().catch(() => undefined);
  if (page) yield { what: "first load of the web app", metrics: { "kB gzip": page.bytes / 1_000, files: page.files } };
}

async function startOnce(service: ServiceName): Promise<{ seconds: number; megabytes: number }> {
  const folder = await tempFolder("start");
  const begin = performance.now();
  const child = await spawnService(service, {
    env: {
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      DATA_DIR: join(folder.path, "data"),
      PM2_HOME: join(folder.path, "pm2"),
      FILE_MANAGER_ROOT: folder.path,
      BACKEND_URL: "http://127.0.0.1:9",
      WS_SERVER_URL: "http://127.0.0.1:9",
    },
  });
  await pin(child.pid, SERVER_CORE);
  try {
    await eventually(async () => {
      if (child.exitCode() !== null) throw new Error(`${service} ended:\n${child.output().slice(-2_000)}`);
      const answer = await fetch(service === "web" ? child.url : `${child.url}/health`);
      await answer.body?.cancel();
      return answer.ok;
    }, 5);
    const seconds = (performance.now() - begin) / 1_000;
    await delay(REST_MS);
    return { seconds, megabytes: residentBytes(child.pid) / 1e6 };
  } finally {
    await child.stop();
    await folder.remove();
  }
}

/** The page, its scripts and styles, and the static imports of these scripts. */
async function firstLoad(): Promise<{ bytes: number; files: number }> {
  const folder = join(projectFolder, "web/dist");
  const page = await readFile(join(folder, "index.html"), "utf8");
  const files = new Map([["index.html", page]]);
  const load = async (path: string): Promise<void> => {
    if (files.has(path)) return;
    const text = await readFile(join(folder, path), "utf8");
    files.set(path, text);
    if (!path.endsWith(".js")) return;
    // `from "./x.js"` and `import "./x.js"`, but not `import("./x.js")`, which is loaded later.
    for (const [, name = ""] of text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      await load(join(dirname(path), name));
  };
  for (const [, path = ""] of page.matchAll(/(?:src|href)="\.?\/([^"]+\.(?:js|css))"/g)) await load(path);
  const bytes = [...files.values()].reduce((sum, text) => sum + gzipSync(text).length, 0);
  return { bytes, files: files.size };
}
