import { expect, test } from "vitest";
import type { ServiceLimits } from "../../../../../shared/protocol/service-change.ts";
import { toLimitsChange, toLimitsFields } from "./service-limits.ts";

const none: ServiceLimits = { memoryBytes: null, cpus: null, pids: null, restartPolicy: "no", restartRetries: 0 };
const fields = { memory: "", cpus: "", pids: "", policy: "no", retries: "0" } as const;

test("changes only what differs, in the units of the API", () => {
  expect(toLimitsChange(none, fields).body).toEqual({});
  const { body, problems } = toLimitsChange(none, { ...fields, memory: "256", cpus: "1,5", pids: "100" });
  expect(body).toEqual({ memory: 256 * 1024 ** 2, cpus: 1.5, pids: 100 });
  expect(problems.size).toBe(0);
  expect(toLimitsChange({ ...none, pids: 100 }, fields).body).toEqual({ pids: 0 });
  expect(toLimitsChange(none, { ...fields, policy: "on-failure", retries: "3" }).body).toEqual({
    restartPolicy: { name: "on-failure", retries: 3 },
  });
});

test("names each field whose value the Engine would reject", () => {
  const before = { ...none, memoryBytes: 512 * 1024 ** 2 };
  expect(toLimitsChange(before, fields).problems.get("memory")).toMatch(/removed only/);
  const { problems } = toLimitsChange(none, { ...fields, memory: "5", cpus: "many", pids: "1.5" });
  expect([...problems.keys()].sort()).toEqual(["cpus", "memory", "pids"]);
});

test("shows the limits of a container in the units of the form", () => {
  expect(toLimitsFields(none)).toEqual(fields);
  const limits: ServiceLimits = { ...none, memoryBytes: 1.5 * 1024 ** 2, cpus: 0.5, pids: 64, restartRetries: 3 };
  expect(toLimitsFields(limits)).toEqual({ memory: "1.5", cpus: "0.5", pids: "64", policy: "no", retries: "3" });
  expect(toLimitsChange(limits, toLimitsFields({ ...limits, memoryBytes: 8 * 1024 ** 2 })).body).toEqual({
    memory: 8 * 1024 ** 2,
    restartPolicy: { name: "no", retries: 0 },
  });
});
