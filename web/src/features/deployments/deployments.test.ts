import { createRoot, createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import type { Deployment, DeploymentInstance } from "../../../../shared/protocol/deployment.ts";
import { filterItems } from "../../resource/filter-items.ts";
import { isStale, isUp, searchTextsOf, statusDisplay, totalsOf } from "./deployment-list.ts";
import { createProcessHistory } from "./process-history.ts";

const instance = (fields: Partial<DeploymentInstance> = {}): DeploymentInstance => ({
  pmId: 0,
  pid: 1,
  status: "online",
  cpuPercent: 2,
  memoryBytes: 100,
  restarts: 1,
  exitCode: null,
  startedAt: "2026-01-01T00:00:10Z",
  ...fields,
});
const deployment = (instances: DeploymentInstance[], fields: Partial<Deployment> = {}): Deployment => ({
  id: "api",
  name: "api",
  status: instances[0]?.status ?? "stopped",
  mode: "fork",
  instances,
  script: "server.js",
  namespace: "default",
  version: null,
  watching: false,
  own: false,
  daemon: "",
  user: "ada",
  readOnly: false,
  ...fields,
});
const stopped = instance({ status: "stopped", startedAt: null, cpuPercent: 0, memoryBytes: 0 });

describe("what is said about the panel's own daemon", () => {
  it("is nothing while it does not run and only other users' processes are listed", () => {
    const [own, other] = [{ daemon: "" }, { daemon: "ada" }];
    expect(isStale("absent", [other])).toBe(false);
    expect(isStale("absent", [other, own])).toBe(true);
    expect(isStale("down", [other])).toBe(true);
    expect(isStale("down", [])).toBe(false);
    expect(isStale("up", [own, other])).toBe(false);
  });
});

describe("a deployment", () => {
  it("adds up its processes and counts from the earliest start", () => {
    const totals = totalsOf(deployment([instance(), instance({ startedAt: "2026-01-01T00:00:05Z" }), stopped]));
    expect(totals).toEqual({
      online: 2,
      total: 3,
      cpuPercent: 4,
      memoryBytes: 200,
      restarts: 3,
      since: Date.parse("2026-01-01T00:00:05Z"),
    });
  });

  it("says so when only some of its processes are online", () => {
    expect(statusDisplay(deployment([instance(), stopped])).text).toBe("1 of 2 online");
    expect(statusDisplay(deployment([stopped])).text).toBe("Stopped");
    expect(isUp(deployment([stopped]))).toBe(false);
    expect(isUp(deployment([instance({ status: "waiting restart" })]))).toBe(true);
  });

  it("is found by name, script, namespace and status", () => {
    const found = (filter: string) =>
      filterItems([deployment([instance()], { namespace: "shop" })], filter, searchTextsOf).length;
    for (const filter of ["API", "server", "sho", "online", ""]) expect(found(filter)).toBe(1);
    expect(found("other")).toBe(0);
  });
});

describe("createProcessHistory", () => {
  it("keeps a bounded number of samples, one per read, and starts again for another deployment", () => {
    const [current, setCurrent] = createSignal(deployment([instance()]));
    const [readAt, setReadAt] = createSignal(1);
    const { samples, dispose } = createRoot((end) => ({
      samples: createProcessHistory(current, readAt, 2),
      dispose: end,
    }));
    for (const time of [2, 3, 4]) setReadAt(time);
    expect(samples().map(({ time }) => time)).toEqual([3, 4]);
    setCurrent({ ...deployment([stopped]), id: "web" });
    setReadAt(5);
    expect(samples()).toEqual([{ time: 5, cpuPercent: 0, memoryBytes: 0 }]);
    dispose();
  });
});
