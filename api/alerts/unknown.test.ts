import { expect, test } from "vitest";
import type { HostSample } from "../../shared/metrics/metrics.ts";
import { type AlertRule, alertRuleBody } from "../../shared/protocol/alert.ts";
import type { ServiceDetail } from "../../shared/protocol/service.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { silentLog } from "../../shared/server/log.ts";
import { createHealer, type HealerOptions } from "./auto-restart.ts";
import { type AlertEngine, createAlertEngine, type Entry } from "./engine/engine.ts";
import { createHostSource } from "./sources/host.ts";

const log = silentLog();
const clock = { tick: () => 1_000_000, now: () => new Date(0) };
const ruleOf = (body: object): AlertRule => ({
  ...alertRuleBody.parse({ name: "a rule", ...body }),
  id: "r1",
  createdAt: new Date(0).toISOString(),
});
const settled = () => new Promise(setImmediate);
/** An engine of alerts, and kinds of what it has told. */
function engineOf(rule: AlertRule): { engine: AlertEngine; told: string[] } {
  const told: string[] = [];
  const commit = ({ happenings }: { happenings: readonly { kind: string }[] }) =>
    void told.push(...happenings.map(({ kind }) => kind));
  const engine = createAlertEngine({ rules: [rule], stored: [], clock, commit, onError: () => {} });
  return { engine, told };
}

test("an alert about a disk goes on while nobody knows how full it is", async () => {
  const rule = ruleOf({ condition: { kind: "host-disk", percent: 90 } });
  const { engine, told } = engineOf(rule);
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
  expect(told).toEqual(["firing"]);
  now = { disks: [], unknownDisks: [dead] };
  await look();
  expect(told).toEqual(["firing"]);
  now = { disks: [], unknownDisks: [] }; // unmounted
  await look();
  expect(told).toEqual(["firing", "resolved"]);
  await source.close();
  engine.close();
});

const stopped = { id: "a".repeat(64), name: "web", state: "exited", health: "none", composeProject: null };
const away = new UnavailableError("down", "The Docker Engine does not answer.");

/** A healer of a container that stands still, over an Engine that answers as told; answers what it did. */
async function healOnce({ detail, act }: { detail: () => Promise<unknown>; act: () => Promise<void> }) {
  const rule = ruleOf({ condition: { kind: "container-stopped" }, healing: { limit: 1 } });
  const { engine, told } = engineOf(rule);
  engine.report("container-stopped", { kind: "container", name: "web" }, { active: true, detail: "ended" });
  engine.tick();
  engine.flush();
  const acted: string[] = [];
  const options: HealerOptions = {
    engine,
    docker: {
      detail: () => detail() as Promise<ServiceDetail>,
      act: async (_, action) => {
        acted.push(action);
        await act();
      },
    },
    jobs: { list: () => [], hold: () => () => {} },
    trail: { record: () => {}, recordAfterwards: () => {} },
    clock,
    log,
    mayHeal: () => true,
    isTouched: () => false,
  };
  const healer = createHealer(options);
  healer.tick();
  await settled();
  engine.flush();
  const [entry] = [...engine.entries()] as [Entry];
  await healer.close();
  engine.close();
  return { acted, told, heals: entry.state.heals.length };
}

test("a rule restarts nothing while the Engine is away, and what the Engine never got is no try", async () => {
  const rejects = (error: Error) => () => Promise.reject(error);
  const found = async () => stopped;
  expect(await healOnce({ detail: rejects(away), act: async () => {} })).toEqual({
    acted: [],
    told: ["firing"],
    heals: 0,
  });
  expect(await healOnce({ detail: found, act: rejects(away) })).toMatchObject({ acted: ["restart"], heals: 0 });
  const refusal = new AppError("conflict", "It cannot start.");
  expect(await healOnce({ detail: found, act: rejects(refusal) })).toMatchObject({ acted: ["restart"], heals: 1 });
});
