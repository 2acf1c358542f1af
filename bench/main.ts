import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { compareRuns, type StoredRow } from "./compare.ts";
import { type Load, startLoad } from "./load/control.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { isReached, type Row, toText } from "./report.ts";
import { access } from "./rows/access.ts";
import { fanout } from "./rows/fanout.ts";
import { hostile } from "./rows/hostile.ts";
import { logs } from "./rows/logs.ts";
import { mcp } from "./rows/mcp.ts";
import { memory } from "./rows/memory.ts";
import { page } from "./rows/page.ts";
import { promises } from "./rows/promises.ts";
import { sockets } from "./rows/sockets.ts";
import { start } from "./rows/start.ts";
import { stats } from "./rows/stats.ts";
import { stoppedReader } from "./rows/stopped-reader.ts";

const groups: Record<string, (load: Load, options: BenchOptions) => AsyncGenerator<Row>> = {
  fanout,
  logs,
  sockets,
  access,
  hostile,
  stats,
  "stopped-reader": stoppedReader,
  start,
  memory,
  mcp,
  page,
  promises,
};

const options = parseOptions(process.argv.slice(2));
for (const name of options.only ?? []) {
  if (groups[name]) continue;
  process.stderr.write(`There is no group "${name}"; there are ${Object.keys(groups).join(", ")}.\n`);
  process.exit(1);
}

// `exit` also stops the servers.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const earlier = options.compare
  ? (JSON.parse(await readFile(options.compare, "utf8")) as { at: string; rows: StoredRow[] })
  : undefined;
const rows: StoredRow[] = [];
const load = await startLoad();
try {
  for (const [group, measure] of Object.entries(groups)) {
    if (options.only && !options.only.includes(group)) continue;
    process.stdout.write(`\n${group}\n`);
    for await (const row of measure(load, options)) {
      rows.push({ group, ...row });
      process.stdout.write(`${toText(row)}\n`);
    }
  }
} finally {
  await load.stop();
}

const bounds = rows.flatMap((row) => Object.values(row.bounds ?? {}));
const reached = bounds.filter(isReached).length;
process.stdout.write(`\n${reached} of ${bounds.length} bounds reached\n`);

if (earlier) {
  const moved = compareRuns(earlier.rows, rows);
  process.stdout.write(`\nmoved since ${earlier.at}:\n${moved.length > 0 ? moved.join("\n") : "nothing"}\n`);
}

const folder = join(import.meta.dirname, "results");
await mkdir(folder, { recursive: true });
const at = new Date().toISOString();
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), memory: totalmem(), node: process.version };
const path = join(folder, `${at.replaceAll(":", "-")}.json`);
await writeFile(path, `${JSON.stringify({ at, machine, options, reached, of: bounds.length, rows }, null, 2)}\n`);
process.stdout.write(`${path}\n`);
