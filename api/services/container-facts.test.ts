import { EventEmitter } from "node:events";
import { afterEach, expect, test } from "vitest";
import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import type { ContainerState, Service } from "../../shared/protocol/service.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type ContainerFacts, createContainerFacts } from "./container-facts.ts";

const listed = (id: string, state: ContainerState) =>
  ({ id, name: id, state, restartCount: null, startedAt: null }) as Service;

let facts: ContainerFacts | undefined;
afterEach(() => facts?.close());

function start({ patienceMs = 1_000 } = {}) {
  const emitter = new EventEmitter();
  const events = Object.assign(emitter, { up: true }) as unknown as ContainerEvents & { up: boolean };
  const asked: string[] = [];
  const gates = new Map<string, Promise<void>>();
  const states = new Map<string, ContainerState>();
  const late: string[] = [];
  let atWork = 0;
  let most = 0;
  const made = createContainerFacts({
    events,
    onLate: ({ id }) => late.push(id),
    patienceMs,
    read: async (id) => {
      asked.push(id);
      most = Math.max(most, ++atWork);
      await (gates.get(id) ?? Promise.resolve());
      atWork--;
      return {
        restartCount: asked.filter((one) => one === id).length,
        startedAt: "2026-01-01T00:00:00.000Z",
        restartPolicy: "always",
        state: states.get(id) ?? "running",
        lastRun: { exitCode: 3, finishedAt: null, oomKilled: false, startFailed: true, stopRequested: null },
      };
    },
  });
  facts = made;
  const list = async (...ids: string[]) =>
    (await made.addTo(ids.map((id) => listed(id, "running")))).map(({ restartCount }) => restartCount);
  const happens = (id: string, action: string) => emitter.emit("event", { id, name: id, action });
  return { made, list, late, asked, gates, states, happens, emitter, most: () => most };
}

test("reads each container once, and again after a start, but not after unrelated events", async () => {
  const { list, asked, happens } = start();
  expect(await list("a", "b")).toEqual([1, 1]);
  expect(await list("a", "b")).toEqual([1, 1]);
  happens("a", "health_status: healthy");
  happens("a", "exec_start: sh");
  await list("a", "b");
  expect(asked).toEqual(["a", "b"]);
  happens("a", "start");
  expect(await list("a", "b")).toEqual([2, 1]);
});

test("reads all again after missed events, few at a time", async () => {
  const { list, asked, emitter, most } = start();
  const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
  await list(...ids);
  emitter.emit("reattached");
  await list(...ids);
  expect(asked).toHaveLength(100);
  expect(most()).toBeLessThanOrEqual(4);
});

test("does not keep a list waiting for an Engine that is slow: facts that come later are announced", async () => {
  const { list, late, gates, asked } = start({ patienceMs: 10 });
  const gate = Promise.withResolvers<void>();
  gates.set("slow", gate.promise);
  expect(await list("slow", "quick")).toEqual([null, 1]);
  expect(await list("slow", "quick")).toEqual([null, 1]);
  gate.resolve();
  await eventually(() => late.length === 2); // by each list that did not wait
  expect(await list("slow")).toEqual([1]);
  expect(new Set(late)).toEqual(new Set(["slow"]));
  expect(asked.filter((id) => id === "slow")).toHaveLength(1);
});

test("does not hold what was read before an event that came meanwhile", async () => {
  const { list, gates, happens, asked } = start({ patienceMs: 10 });
  const gate = Promise.withResolvers<void>();
  gates.set("a", gate.promise);
  await list("a");
  await eventually(() => asked.length === 1);
  happens("a", "start");
  gates.delete("a");
  gate.resolve();
  await eventually(async () => (await list("a"))[0] === 2);
});

test("reads a container that was not started with each list, since no event tells of a failed start", async () => {
  const { made, states, late, gates } = start({ patienceMs: 10 });
  states.set("a", "created");
  const add = async () => (await made.addTo([listed("a", "created")]))[0]?.restartCount;
  expect([await add(), await add()]).toEqual([1, 2]);
  const gate = Promise.withResolvers<void>();
  gates.set("a", gate.promise);
  expect(await add()).toBe(2);
  gate.resolve();
  await eventually(() => late.includes("a"));
});

test("forgets containers that are listed no more", async () => {
  const { list, asked } = start();
  await list("a");
  await list("b");
  await list("a");
  expect(asked).toEqual(["a", "b", "a"]);
});

test("asks again when the list shows another state: no event tells that the Engine has given up a restart", async () => {
  const { made, states, asked } = start();
  const add = async (state: ContainerState) => (await made.addTo([listed("a", state)]))[0];
  states.set("a", "restarting");
  await add("restarting");
  expect(await add("exited")).toMatchObject({ restartPolicy: "always", lastRun: undefined });
  states.set("a", "exited");
  expect(await add("exited")).toMatchObject({ lastRun: { exitCode: 3, startFailed: true } });
  await add("exited");
  expect(asked).toHaveLength(3);
});
