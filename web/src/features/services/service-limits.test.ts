import { expect, test } from "vitest";
import type { ServiceLimits } from "../../../../shared/protocol/service-change.ts";
import { linkOf, reachOf } from "./port-reach.ts";
import { toLimitsChange } from "./service-limits.ts";
import { createServiceMarks } from "./service-marks.ts";

const none: ServiceLimits = { memoryBytes: null, cpus: null, pids: null, restartPolicy: "no", restartRetries: 0 };
const fields = { memory: "", cpus: "", pids: "", policy: "no", retries: "0" } as const;

test("only what differs is changed, in the units of the API", () => {
  expect(toLimitsChange(none, fields).body).toEqual({});
  const { body, problems } = toLimitsChange(none, { ...fields, memory: "256", cpus: "1,5", pids: "100" });
  expect(body).toEqual({ memory: 256 * 1024 ** 2, cpus: 1.5, pids: 100 });
  expect(problems.size).toBe(0);
  expect(toLimitsChange({ ...none, pids: 100 }, fields).body).toEqual({ pids: 0 });
  expect(toLimitsChange(none, { ...fields, policy: "on-failure", retries: "3" }).body).toEqual({
    restartPolicy: { name: "on-failure", retries: 3 },
  });
});

test("what the Engine would not take is said beside its field", () => {
  const before = { ...none, memoryBytes: 512 * 1024 ** 2 };
  expect(toLimitsChange(before, fields).problems.get("memory")).toMatch(/taken away only/);
  const { problems } = toLimitsChange(none, { ...fields, memory: "5", cpus: "many", pids: "1.5" });
  expect([...problems.keys()].sort()).toEqual(["cpus", "memory", "pids"]);
});

test("a port says from where it can be reached, and links only to where this browser gets", () => {
  const port = { containerPort: 80, protocol: "tcp" };
  expect(reachOf(port)).toBe("inside");
  expect(reachOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 })).toBe("host");
  expect(reachOf({ ...port, hostIp: "::", hostPort: 8080 })).toBe("public");
  expect(linkOf({ ...port, hostIp: "0.0.0.0", hostPort: 8080 }, "panel.test")).toBe("http://panel.test:8080/");
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "panel.test")).toBeUndefined();
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "localhost")).toBe("http://localhost:8080/");
  expect(linkOf({ containerPort: 53, protocol: "udp", hostIp: "0.0.0.0", hostPort: 53 }, "panel.test")).toBeUndefined();
});

test("rows are marked one by one or all at once", () => {
  const marks = createServiceMarks();
  marks.set(["a", "b"], true);
  expect([marks.has("a"), marks.all(["a", "b"]), marks.all(["a", "c"]), marks.all([])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  marks.set(["a"], false);
  expect(marks.has("a")).toBe(false);
  marks.clear();
  expect(marks.has("b")).toBe(false);
});
