import { expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { createProcessRestarts } from "./process-restarts.ts";

const app = (restarts: number) => ({ id: "api", instances: [{ restarts }] }) as Deployment;
const MINUTE = 60_000;

test("counts the restarts of the last ten minutes", () => {
  const restarts = createProcessRestarts();
  expect(restarts.recent(app(90), 0)).toBe(0);
  restarts.note([app(90)], 0);
  restarts.note([app(92)], 5 * MINUTE);
  expect(restarts.recent(app(93), 6 * MINUTE)).toBe(3);
  expect(restarts.recent(app(93), 12 * MINUTE)).toBe(1);
  expect(restarts.recent(app(93), 60 * MINUTE)).toBe(0);
});

test("a process that was removed and added anew begins at zero", () => {
  const restarts = createProcessRestarts();
  restarts.note([app(90)], 0);
  restarts.note([app(2)], MINUTE);
  expect(restarts.recent(app(4), 2 * MINUTE)).toBe(2);
  restarts.note([], 3 * MINUTE);
  expect(restarts.recent(app(9), 4 * MINUTE)).toBe(0);
});
