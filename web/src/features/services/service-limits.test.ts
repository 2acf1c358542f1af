import { expect, test } from "vitest";
import type { ServiceLimits } from "../../../../shared/protocol/service-change.ts";
import { linkOf, reachOf } from "./port-reach.ts";
import { toLimitsChange, toLimitsFields } from "./service-limits.ts";
import { createServiceSelection } from "./service-selection.ts";

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

test("says from where a port can be reached, and links only to what this browser can reach", () => {
  const port = { containerPort: 80, protocol: "tcp" };
  expect(reachOf(port)).toBe("inside");
  expect(reachOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 })).toBe("host");
  expect(reachOf({ ...port, hostIp: "::", hostPort: 8080 })).toBe("public");
  expect(linkOf({ ...port, hostIp: "0.0.0.0", hostPort: 8080 }, "panel.test")).toBe("http://panel.test:8080/");
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "panel.test")).toBeUndefined();
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "localhost")).toBe("http://localhost:8080/");
  expect(linkOf({ containerPort: 53, protocol: "udp", hostIp: "0.0.0.0", hostPort: 53 }, "panel.test")).toBeUndefined();
});

test("selects rows one by one or all at once", () => {
  const selection = createServiceSelection();
  selection.set(["a", "b"], true);
  expect([
    selection.has("a"),
    selection.hasAll(["a", "b"]),
    selection.hasAll(["a", "c"]),
    selection.hasAll([]),
  ]).toEqual([true, true, false, false]);
  selection.set(["a"], false);
  expect(selection.has("a")).toBe(false);
  selection.clear();
  expect(selection.has("b")).toBe(false);
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
