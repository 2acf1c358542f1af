import { expect, test } from "vitest";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { addSample, emptyHistory } from "./stats-history.ts";

function sample(second: number, cpu: number): SystemStats {
  const network = { rxBytes: 0, txBytes: 0 };
  return {
    cpu: { count: 1, usage: cpu, loadAvg: [0, 0, 0], perCore: [cpu] },
    memory: { total: 100, free: 50, used: 50, available: 50, usagePercent: 50 },
    swap: { total: 0, used: 0, free: 0, usagePercent: 0 },
    disks: [],
    network: [
      { ...network, name: "eth0", counted: true, rxBytesPerSecond: 10, txBytesPerSecond: 1 },
      { ...network, name: "eth1", counted: true, rxBytesPerSecond: 20, txBytesPerSecond: 2 },
      { ...network, name: "bond0", counted: false, rxBytesPerSecond: 30, txBytesPerSecond: 3 },
    ],
    uptime: second,
    platform: "linux",
    hostname: "host",
    pm2Processes: null,
    containers: null,
    timestamp: new Date(second * 1_000).toISOString(),
  };
}

test("keeps the newest samples, oldest first", () => {
  let history = emptyHistory;
  for (let second = 1; second <= 5; second++) history = addSample(history, sample(second, second * 10), 3);
  expect(history.times).toEqual([3_000, 4_000, 5_000]);
  expect(history.cpu).toEqual([30, 40, 50]);
  expect(history.perCore).toEqual([[30], [40], [50]]);
});

test("leaves out a sample that is reported again", () => {
  const once = addSample(emptyHistory, sample(1, 10), 3);
  expect(addSample(once, sample(1, 10), 3)).toBe(once);
});

test("counts the traffic of the host once, however many interfaces it passes", () => {
  const { rx, tx } = addSample(emptyHistory, sample(1, 10), 3);
  expect([rx, tx]).toEqual([[30], [3]]);
});
