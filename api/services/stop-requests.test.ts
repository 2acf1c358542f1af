import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import { silentLog } from "../../shared/server/log.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "../database/database.ts";
import { createStopRequests } from "./stop-requests.ts";

const START = Date.UTC(2026, 0, 5, 12, 0);

async function start() {
  const folder = await tempFolder("stops");
  const database = openDatabase(folder.path);
  let wall = START;
  const emitter = new EventEmitter();
  const open = () =>
    createStopRequests({
      database,
      events: emitter as unknown as ContainerEvents,
      log: silentLog(),
      now: () => wall,
    });
  return {
    open,
    database,
    happens: (id: string, action: string, more: object = {}) =>
      emitter.emit("event", { id, name: id, action, ...more }),
    pass: (ms: number) => {
      wall += ms;
    },
    at: () => new Date(wall).toISOString(),
    async close() {
      database.close();
      await folder.remove();
    },
  };
}

test("a stop and a crash that were seen are distinguished after a restart of the panel, and what was missed is unknown", async () => {
  const { open, happens, pass, at, close } = await start();
  const first = open();
  happens("stopped", "kill", { signal: 15 });
  pass(2_000);
  happens("stopped", "die", { exitCode: 143 });
  happens("crashed", "die", { exitCode: 143 });
  happens("again", "die", { exitCode: 1 });
  happens("again", "start");
  const seen = at();
  first.note("asked");
  first.close();
  const second = open();
  expect(second.wasRequested("stopped", seen)).toBe(true);
  expect(second.wasRequested("crashed", seen)).toBe(false);
  expect(second.wasRequested("again", seen)).toBeNull();
  expect(second.wasRequested("never-seen", seen)).toBeNull();
  pass(60_000);
  // Another end whose event was missed.
  expect(second.wasRequested("crashed", at())).toBeNull();
  // A request of the panel whose event was missed.
  expect(second.wasRequested("asked", at())).toBe(true);
  expect(second.wasRequested("asked", new Date(START - 3_600_000).toISOString())).toBeNull();
  second.close();
  await close();
});

test("a signal that means other things as well asks for an end only when the exit code says so", async () => {
  const { open, happens, at, close } = await start();
  const stops = open();
  happens("reloaded", "kill", { signal: 1 });
  happens("reloaded", "die", { exitCode: 1 });
  happens("hung-up", "kill", { signal: 1 });
  happens("hung-up", "die", { exitCode: 129 });
  happens("by-event", "kill", { signal: 28 });
  happens("by-event", "die", { exitCode: 0 });
  expect(stops.wasRequested("by-event", at())).toBe(false);
  happens("by-event", "stop");
  expect(["reloaded", "hung-up", "by-event"].map((id) => stops.wasRequested(id, at()))).toEqual([false, true, true]);
  stops.close();
  await close();
});

test("a request is old after ten minutes, and one the Engine refused is taken back", async () => {
  const { open, happens, pass, at, close } = await start();
  const stops = open();
  happens("slow", "kill", { signal: 15 });
  stops.note("refused");
  stops.withdraw("refused");
  expect([stops.isWanted("slow"), stops.isWanted("refused")]).toEqual([true, false]);
  pass(11 * 60_000);
  happens("slow", "die", { exitCode: 1 });
  expect(stops.wasRequested("slow", at())).toBe(false);
  stops.close();
  await close();
});

test("no more than 5,000 containers are remembered, the newest", async () => {
  const { open, happens, database, at, close } = await start();
  const stops = open();
  for (let index = 0; index < 5_010; index++) happens(`c${index}`, "die", { exitCode: 1 });
  stops.close();
  const rows = database.prepare("SELECT count(*) AS kept FROM container_end").get()?.kept;
  expect(rows).toBe(5_000);
  const next = open();
  expect([next.wasRequested("c9", at()), next.wasRequested("c10", at())]).toEqual([null, false]);
  next.close();
  await close();
});
