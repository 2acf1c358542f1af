import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createUptime, machineClock } from "./clock.ts";

/** A machine that runs, sleeps, and whose clock is stepped; counts how often its uptime is read. */
function machine() {
  const at = { uptime: 1_000_000, running: 500, wall: Date.UTC(2026, 0, 15) };
  let reads = 0;
  const move = (by: Partial<typeof at>) => {
    for (const name of ["uptime", "running", "wall"] as const) at[name] += by[name] ?? 0;
  };
  const uptime = createUptime({
    read: () => {
      reads++;
      return at.uptime;
    },
    running: () => at.running,
    wall: () => at.wall,
  });
  return {
    uptime,
    real: () => at.uptime,
    reads: () => reads,
    pass: (ms: number) => move({ uptime: ms, running: ms, wall: ms }),
    sleep: (ms: number) => move({ uptime: ms, wall: ms }),
    step: (ms: number) => move({ wall: ms }),
  };
}

test("is exact at the first reading after a sleep of the machine, however short after the one before", () => {
  const { uptime, real, pass, sleep } = machine();
  for (const slept of [30, 1_000, 8 * 3_600_000]) {
    expect(uptime()).toBe(real());
    pass(1);
    sleep(slept);
    expect(uptime()).toBe(real());
  }
});

test("is not moved by a step of the wall clock, forward or backward", () => {
  const { uptime, real, pass, step } = machine();
  for (const stepped of [-3_600_000, 25, 3_600_000, -1]) {
    uptime();
    pass(3);
    step(stepped);
    expect(uptime()).toBe(real());
  }
});

test("a thousand readings in one second read the kernel's uptime ten times", () => {
  const { uptime, real, reads, pass } = machine();
  for (let reading = 0; reading < 1_000; reading++) {
    expect(uptime()).toBe(real());
    pass(1);
  }
  expect(reads()).toBe(10);
});

test.skipIf(process.platform !== "linux")(
  "counts the uptime of this machine to a few hundredths of a second",
  async () => {
    const kernel = () => Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1_000;
    for (let reading = 0; reading < 20; reading++) {
      const before = kernel();
      const counted = machineClock.uptime();
      // The kernel says hundredths; a reading counts on from the one before, 0.1 s ago at most.
      expect(counted).toBeGreaterThanOrEqual(before - 20);
      expect(counted).toBeLessThanOrEqual(kernel() + 100);
      await pause(17);
    }
  },
);
