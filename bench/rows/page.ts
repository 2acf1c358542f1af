import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import { measuredAt } from "../page-log-sizes.ts";
import type { Row } from "../report.ts";

/** Heap of the page's log view: as large after ten million lines as after one million. */
export async function* page(_load: Load, { quick }: BenchOptions): AsyncGenerator<Row> {
  const flags = ["--conditions=browser", "--expose-gc"];
  const args = [...flags, join(import.meta.dirname, "../page-log.ts"), ...(quick ? ["quick"] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const [first = 0, last = 0] = stdout.trim().split("\n").map(Number);
  const [few, many] = measuredAt(quick).map((count) => count.toLocaleString("en"));
  yield {
    what: `heap of the page's log after ${many} lines`,
    metrics: { [`MB after ${few}`]: first / 1e6, [`MB after ${many}`]: last / 1e6 },
    bounds: { [`to that after ${few} lines`]: { value: last / first, atMost: 1.1 } },
  };
}
