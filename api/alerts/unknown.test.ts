import { expect, test } from "vitest";
import type { HostSample } from "../../shared/metrics/host-sample.ts";
import { type AlertRule, alertRuleBody } from "../../shared/protocol/alert.ts";
import type { ServiceDetail } from "../../shared/protocol/service.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { silentLog } from "../../shared/server/log.ts";
import { type AutoRestartOptions, createAutoRestart } from "./auto-restart.ts";
import { type AlertEngine, createAlertEngine } from "./engine/engine.ts";
import type { Entry } from "./engine/entries.ts";
import { createHostSource } from "./sources/host.ts";

const log = silentLog();
const clock = { tick: () => 1_000_000, now: () => new Date(0) };
const ruleOf = (body: object): AlertRule => ({
  ...alertRuleBody.parse({ name: "a rule", ...body }),
  id: "r1",
  createdAt: new Date(0).toISOString(),
});
const settled = () => new Promise(setImmediate);
/** An engine of alerts, and the kinds of its transitions. */
function engineOf(rule: AlertRule): { engine: AlertEngine; notified: string[] } {
  const notified: string[] = [];
  const commit = ({ transitions }: { transitions: readonly { kind: string }[] }) =>
    void notified.push(...transitions.map(({ kind }) => kind));
  const engine = createAlertEngine({ rules: [rule], stored: [], clock, commit, onError: () => {} });
  return { engine, notified };
}

test("an alert about a disk continues while its usage is unknown", async () => {
  const rule = ruleOf({ condition: { kind: "host-disk", percent: 90 } });
  const { engine, notified } = engineOf(rule);
  const nas = { mount: "/mnt/nas", device: "nas:/vol", type: "nfs4" };
  const dead = { ...nas, state: "silent", reason: "It does not answer." } as const;
  let now: Pick<HostSample, "disks" | "unknownDisks"> = { disks: [], unknownDisks: [] };
  const rest = { cpu: { count: 1, usage: 1, loadAvg: [0, 0, 0], perCore: [1] }, memory: { usagePercent: 1 } };
  const metrics = { sample: async () => ({ ...rest, ...now }) as HostSample, info: () => Promise.reject(new Error()) };
  const source = createHostSource(metrics, engine, log, 3_600_000);
  const look = async () => {
    source.want([]);
    source.want([rule]);
    await settled();
    engine.flush();
  };
  now = { disks: [{ ...nas, total: 100, used: 97, available: 3, usagePercent: 97 }], unknownDisks: [] };
  await look();
  expect(notified).toEqual(["firing"]);
  now = { disks: [], unknownDisks: [dead] };
  await look();
  expect(notified).toEqual(["firing"]);
  now = { disks: [], unknownDisks: [] }; // unmounted
  await look();
  expect(notified).toEqual(["firing", "resolved"]);
  await source.close();
  engine.close();
});

const stopped = { id: "a".repeat(64), name: "web", state: "exited", health: "none", composeProject: null };
const away = new UnavailableError("down", "The Docker Engine does not answer.");

/** Runs the automatic restart of a stopped container against a scripted Engine, and returns what it did. */
async function healOnce({ detail, act }: { detail: () => Promise<unknown>; act: () => Promise<void> }) {
  const rule = ruleOf({ condition: { kind: "container-stopped" }, healing: { limit: 1 } });
  const { engine, notified } = engineOf(rule);
  engine.report("container-stopped", { kind: "container", name: "web" }, { active: true, detail: "ended" });
  engine.tick();
  engine.flush();
  const acted: string[] = [];
  const options: AutoRestartOptions = {
    engine,
    docker: {
      detail: () => detail() as Promise<ServiceDetail>,
      act: async (_, action) => {
        acted.push(action);
        await act();
      },
    },
    jobs: { list: () => [], acquire: () => () => {} },
    trail: { record: () => {}, recordAfterwards: () => {} },
    clock,
    log,
    mayAutoRestart: () => true,
    isTouched: () => false,
  };
  const autoRestart = createAutoRestart(options);
  autoRestart.tick();
  await settled();
  engine.flush();
  const [entry] = [...engine.entries()] as [Entry];
  await autoRestart.close();
  engine.close();
  return { acted, notified, heals: entry.state.heals.length };
}

test("a rule restarts nothing while the Engine is down, and a request that never reached it does not count", async () => {
  const rejects = (error: Error) => () => Promise.reject(error);
  const found = async () => stopped;
  expect(await healOnce({ detail: rejects(away), act: async () => {} })).toEqual({
    acted: [],
    notified: ["firing"],
    heals: 0,
  });
  expect(await healOnce({ detail: found, act: rejects(away) })).toMatchObject({ acted: ["restart"], heals: 0 });
  const refusal = new AppError("conflict", "It cannot start.");
  expect(await healOnce({ detail: found, act: rejects(refusal) })).toMatchObject({ acted: ["restart"], heals: 1 });
});
