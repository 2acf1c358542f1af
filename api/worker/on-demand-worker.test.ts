import { afterEach, expect, test } from "vitest";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { createOnDemandWorker } from "./on-demand-worker.ts";
import type { WorkerHost } from "./worker-host.ts";

/** Answers every call with the number of its thread. */
const program = `
import { parentPort, threadId } from "node:worker_threads";
parentPort.on("message", ({ id }) => parentPort.postMessage({ kind: "answer", id, value: threadId }));
`;

let worker: WorkerHost | undefined;
afterEach(() => worker?.close());

function start(idleMs: number): WorkerHost {
  const file = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  worker = createOnDemandWorker({ file, name: "test", data: undefined, log: silentLog() }, idleMs);
  return worker;
}

test("one thread serves all calls", async () => {
  const { call } = start(60_000);
  const threads = await Promise.all([call("thread"), call("thread")]);
  threads.push(await call("thread"));
  expect(new Set(threads).size).toBe(1);
});

test("ends the thread after a time without a call, and starts another with the next call", async () => {
  const { call } = start(1);
  const first = await call("thread");
  await eventually(async () => {
    if ((await call("thread")) === first) throw new Error("the first thread still runs");
  });
});

test("refuses calls after the close", async () => {
  const { call, close } = start(60_000);
  await call("thread");
  await close();
  await expect(call("thread")).rejects.toMatchObject({ code: "upstream_unavailable" });
});
