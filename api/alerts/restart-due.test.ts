import { expect, test } from "vitest";
import { type AlertState, newState } from "./engine/alert-state.ts";
import type { Entry } from "./engine/entries.ts";
import { isRestartDue, recentRestarts } from "./restart-due.ts";

const healing = { limit: 3, withinSeconds: 3_600, backoffSeconds: 30 };
const due = (change: Partial<AlertState>, tick: number, rule: object = { healing }) =>
  isRestartDue({ rule, state: { ...newState(0), phase: "firing", ...change } } as unknown as Entry, tick);

test("the back-off doubles with each restart inside the window", () => {
  expect(due({}, 0)).toBe(true);
  expect([due({ heals: [1_000] }, 30_999), due({ heals: [1_000] }, 31_000)]).toEqual([false, true]);
  expect([due({ heals: [0, 31_000] }, 90_999), due({ heals: [0, 31_000] }, 91_000)]).toEqual([false, true]);
  expect(recentRestarts([0, 31_000], 3_600, 3_600_000)).toEqual([31_000]);
});

test("an acknowledged, exhausted, ending or pending alert restarts nothing", () => {
  const changes: Partial<AlertState>[] = [
    { acknowledgedBy: "ada" },
    { gaveUp: true },
    { clearSince: 5 },
    { phase: "pending" },
  ];
  for (const change of changes) expect(due(change, 1_000_000)).toBe(false);
  expect(due({}, 0, { healing: null })).toBe(false);
});
