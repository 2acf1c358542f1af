import { join } from "node:path";
import process from "node:process";
import { measuredAt } from "./page-log-sizes.ts";

/**
 * The page's log buffer in a process of its own: takes lines as the streams of the page do, and prints its heap after each
 * of the given numbers of lines, in bytes. Started with `--conditions=browser --expose-gc`.
 */
type Handlers = { onLogs(batch: { data: string; timestamp: string; ages: number[] }): void };
type Solid = { createRoot<T>(work: (dispose: () => void) => T): T };
type LogFeedModule = { createLogFeed(options: object): { shown(): unknown[] } };

const LINES_AT_ONCE = 1_000;
// By paths, since the page is typed by a configuration of its own.
const page = join(import.meta.dirname, "../web/src/features/logs/live/log-feed.ts");
const { createRoot } = (await import(import.meta.resolve("solid-js"))) as Solid;
const { createLogFeed } = (await import(page)) as LogFeedModule;

let handlers: Handlers | undefined;
let nextFrame: (() => void) | undefined;
const open = (given: Handlers) => {
  handlers = given;
  return () => {};
};
const feed = createRoot(() =>
  createLogFeed({
    sources: () => [{ key: "bench", open }],
    schedule(run: () => void) {
      nextFrame = run;
      return () => {};
    },
  }),
);

const collect = (globalThis as { gc?: () => void }).gc;
let lines = 0;
for (const count of measuredAt(process.argv[2] === "quick")) {
  while (lines < count) {
    let data = "";
    for (let index = 0; index < LINES_AT_ONCE; index++) data += `${lines++} INFO request answered in 12 ms\n`;
    handlers?.onLogs({ data, timestamp: new Date(Date.UTC(2026, 0, 1) + lines).toISOString(), ages: [] });
    nextFrame?.();
  }
  collect?.();
  process.stdout.write(`${process.memoryUsage().heapUsed}\n`);
}
process.exit(feed.shown().length > 0 ? 0 : 1);
