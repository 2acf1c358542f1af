import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { describeEnd } from "../alerts/sources/end-detail.ts";
import { createMemoryKills } from "./memory-kills.ts";
import { toServiceView, withEndCause } from "./service-view.ts";

/** Events of the Engine about one container: its actions, each with a time in seconds. */
function after(...happened: [action: string, second: number][]) {
  const emitter = new EventEmitter();
  const kills = createMemoryKills(emitter as unknown as Pick<ContainerEvents, "on" | "off">);
  for (const [action, second] of happened) {
    if (action === "reattached") emitter.emit("reattached");
    else emitter.emit("event", { id: "a", name: "a", action, time: new Date(second * 1_000).toISOString() });
  }
  return kills;
}

test.each<[string, [string, number][], boolean]>([
  [
    "the event before the end",
    [
      ["oom", 5],
      ["die", 5.1],
    ],
    true,
  ],
  [
    "the event after the end",
    [
      ["die", 5],
      ["oom", 6],
    ],
    true,
  ],
  ["an end alone", [["die", 5]], false],
  ["an event in a run that still runs", [["oom", 5]], false],
  [
    "another process killed long before the end",
    [
      ["oom", 5],
      ["die", 60],
    ],
    false,
  ],
  [
    "an event of the run before",
    [
      ["oom", 5],
      ["die", 5],
      ["start", 6],
      ["die", 7],
    ],
    false,
  ],
  [
    "events that were missed in between",
    [
      ["oom", 5],
      ["reattached", 0],
      ["die", 6],
    ],
    false,
  ],
])("an end for lack of memory: %s", (_, happened, expected) => {
  expect(after(...happened).endedRun("a")).toBe(expected);
});

const ended = {
  id: "a",
  state: "exited",
  restartPolicy: "no",
  // The record of an Engine whose `oom` event came after the end.
  lastRun: { exitCode: 137, finishedAt: "2026-01-01T00:00:00.000Z", oomKilled: false, startFailed: false },
} as Service;

test("an event that comes after the end is the cause in the list and in the alert, whatever the Engine's record says", () => {
  const kills = after(["die", 5], ["oom", 6]);
  const causes = { wasRequested: () => false, endedForMemory: kills.endedRun };
  const viewer = { role: "viewer", scopes: [] } as never;
  expect(toServiceView(ended, viewer, causes).lastRun).toMatchObject({ exitCode: 137, oomKilled: true });
  expect(describeEnd(withEndCause(ended, causes), "crashed")).toBe(
    "ended with exit code 137, killed for lack of memory",
  );
  const running = { ...ended, lastRun: { ...ended.lastRun, finishedAt: null } } as Service;
  expect(toServiceView(running, viewer, causes).lastRun).toMatchObject({ oomKilled: false });
});
