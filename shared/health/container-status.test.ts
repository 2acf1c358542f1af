import { describe, expect, test } from "vitest";
import type { Service } from "../protocol/service.ts";
import { type ContainerSituation, isFault, judgeContainer, statusOf } from "./container-status.ts";

const ended: ContainerSituation = {
  state: "exited",
  restartPolicy: "no",
  exitCode: 1,
  oomKilled: false,
  startFailed: false,
  stopRequested: false,
};

describe("the status of an ended container", () => {
  // policy, exit code, whether the stop was requested, and what it comes to
  test.each<[string, number, boolean | null, string, boolean]>([
    // whatever the exit code
    ["always", 0, false, "crashed", true],
    ["always", 3, false, "crashed", true],
    ["unless-stopped", 0, false, "crashed", true],
    ["unless-stopped", 143, false, "crashed", true],
    // only after an error
    ["on-failure", 0, false, "finished", false],
    ["on-failure", 1, false, "crashed", true],
    ["on-failure", 137, false, "crashed", true],
    ["no", 0, false, "finished", false],
    ["no", 1, false, "crashed", false],
    ["no", 137, false, "crashed", false],
    // unless a stop was requested
    ["always", 0, true, "stopped", false],
    ["always", 143, true, "stopped", false],
    ["unless-stopped", 137, true, "stopped", false],
    ["on-failure", 130, true, "stopped", false],
    ["no", 137, true, "stopped", false],
    ["always", 1, true, "stopped", false],
    // where events were missed the cause is unknown
    ["always", 143, null, "unknown", true],
    ["always", 3, null, "unknown", true],
    ["unless-stopped", 0, null, "unknown", true],
    ["on-failure", 1, null, "unknown", true],
    ["on-failure", 0, null, "finished", false],
    ["no", 1, null, "unknown", false],
    ["no", 0, null, "finished", false],
  ])("%s, exit code %i, stop requested %s: %s", (restartPolicy, exitCode, stopRequested, status, shouldRun) => {
    const situation = { ...ended, restartPolicy, exitCode, stopRequested };
    expect(judgeContainer(situation)).toEqual({ status, shouldRun });
  });

  test("a kill for lack of memory is a crash, even after a request to stop", () => {
    for (const stopRequested of [true, false, null]) {
      const killed = judgeContainer({ ...ended, exitCode: 137, oomKilled: true, stopRequested });
      expect([stopRequested, killed.status]).toEqual([stopRequested, "crashed"]);
    }
  });

  test("a container that the Engine could not start should run, whether or not it ran before", () => {
    const failed = { status: "start-failed", shouldRun: true };
    expect(judgeContainer({ ...ended, startFailed: true, stopRequested: true })).toEqual(failed);
    expect(judgeContainer({ ...ended, state: "created", exitCode: null, startFailed: true })).toEqual(failed);
    expect(judgeContainer({ ...ended, state: "created", exitCode: null }).status).toBe("created");
  });

  test("a container without a known state is unknown, not a fault", () => {
    const verdict = judgeContainer({ ...ended, restartPolicy: null, exitCode: null, stopRequested: null });
    expect([verdict.status, isFault(verdict)]).toEqual(["unknown", false]);
  });

  test("faults are containers that should run but do not, and containers that ended with an error by themselves", () => {
    const faulty = (more: Partial<ContainerSituation>) => isFault(judgeContainer({ ...ended, ...more }));
    expect(faulty({})).toBe(true);
    expect(faulty({ state: "restarting" })).toBe(true);
    expect(faulty({ state: "dead" })).toBe(true);
    expect(faulty({ restartPolicy: "always", stopRequested: null })).toBe(true);
    expect(faulty({ stopRequested: null })).toBe(false);
    expect(faulty({ stopRequested: true })).toBe(false);
    expect(faulty({ state: "running" })).toBe(false);
  });
});

test("a crash loop counts as restarting even while it runs for some seconds", () => {
  const now = Date.parse("2026-01-01T00:10:00Z");
  const service = (restartCount: number | null, startedAt: string) =>
    statusOf({ state: "running", restartCount, startedAt } as Service, now).status;
  expect(service(3, "2026-01-01T00:09:58Z")).toBe("restarting");
  expect(service(3, "2026-01-01T00:08:00Z")).toBe("running");
  expect(service(0, "2026-01-01T00:09:58Z")).toBe("running");
  expect(service(null, "2026-01-01T00:09:58Z")).toBe("running");
});
