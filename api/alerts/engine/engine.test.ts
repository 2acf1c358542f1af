import { beforeEach, describe, expect, test } from "vitest";
import { type AlertRule, alertRuleBody } from "../../../shared/protocol/alert.ts";
import { matchesName } from "../../../shared/protocol/name-pattern.ts";
import type { AlertState } from "./alert-state.ts";
import type { Changes } from "./change-buffer.ts";
import { type AlertEngine, createAlertEngine } from "./engine.ts";
import { isQuiet } from "./quiet-hours.ts";

const MINUTE = 60_000;
let tick = 0;
let wall = Date.UTC(2026, 0, 5, 12, 0); // a Monday
const clock = { tick: () => tick, now: () => new Date(wall) };
const pass = (ms: number) => {
  tick += ms;
  wall += ms;
};

const ruleOf = (body: object, id = "r1"): AlertRule => ({
  ...alertRuleBody.parse({ name: id, ...body }),
  id,
  createdAt: new Date(0).toISOString(),
});
const web = { kind: "container", name: "web" } as const;
const wrong = { active: true, detail: "health check fails" };
const well = { active: false, detail: "healthy" };

interface Bench {
  engine: AlertEngine;
  notified: string[];
  sent: string[];
  stored: Map<
    string,
    {
      id: string;
      ruleId: string;
      subject: { kind: "container" | "host" | "mcp" | "process"; name: string };
      state: AlertState;
    }
  >;
}

function bench(rules: AlertRule[], from?: Bench, failing = () => false): Bench {
  const stored: Bench["stored"] = new Map(structuredClone([...(from?.stored ?? [])]));
  const notified: string[] = [];
  const sent: string[] = [];
  const commit = ({ saved, forgotten, transitions }: Changes) => {
    if (failing()) throw new Error("disk full");
    for (const { id } of forgotten) stored.delete(id);
    for (const { id, rule, subject, state } of saved) {
      stored.set(id, {
        id,
        ruleId: rule.id,
        subject: { kind: subject.kind, name: subject.name },
        state: structuredClone(state),
      });
    }
    for (const { kind, entry, record, send } of transitions) {
      if (record) notified.push(`${kind} ${entry.subject.name}`);
      if (send) sent.push(`${kind} ${entry.subject.name}`);
    }
  };
  const engine = createAlertEngine({ rules, stored: [...stored.values()], clock, commit, onError: () => {} });
  return { engine, notified, sent, stored };
}

const look = ({ engine }: Bench) => engine.tick();
const unhealthy = (more: object = {}) => ruleOf({ condition: { kind: "container-unhealthy" }, ...more });

beforeEach(() => {
  tick = 1_000_000;
  wall = Date.UTC(2026, 0, 5, 12, 0);
});

describe("a state", () => {
  test("fires after the duration of the rule, and resolves at once", () => {
    const at = bench([unhealthy({ forSeconds: 60 })]);
    at.engine.report("container-unhealthy", web, wrong);
    pass(59_000);
    look(at);
    expect(at.notified).toEqual([]);
    pass(1_000);
    look(at);
    expect(at.notified).toEqual(["firing web"]);
    at.engine.report("container-unhealthy", web, well);
    look(at);
    expect(at.notified).toEqual(["firing web", "resolved web"]);
    expect(at.sent).toEqual(at.notified);
  });

  test("that ends before its duration is never sent", () => {
    const at = bench([unhealthy({ forSeconds: 60 })]);
    at.engine.report("container-unhealthy", web, wrong);
    pass(30_000);
    at.engine.report("container-unhealthy", web, well);
    pass(60_000);
    look(at);
    expect(at.notified).toEqual([]);
    expect([...at.engine.entries()]).toEqual([]);
  });

  test("is repeated at the interval of the rule, until someone acknowledges it", () => {
    const at = bench([unhealthy({ repeatSeconds: 600 })]);
    at.engine.report("container-unhealthy", web, wrong);
    pass(10 * MINUTE);
    look(at);
    expect(at.sent).toEqual(["firing web", "repeated web"]);
    const [entry] = [...at.engine.entries()];
    at.engine.acknowledge(entry?.id ?? "", "ada");
    pass(20 * MINUTE);
    look(at);
    expect(at.sent).toHaveLength(2);
  });

  test("of a subject that no longer exists resolves", () => {
    const at = bench([unhealthy()]);
    at.engine.report("container-unhealthy", web, wrong);
    at.engine.settle("container", new Set(["other"]));
    look(at);
    expect(at.notified).toEqual(["firing web", "resolved web"]);
  });

  test("that exists before the rule counts for the new rule", () => {
    const at = bench([]);
    at.engine.report("container-unhealthy", web, wrong);
    at.engine.setRules([unhealthy()]);
    look(at);
    expect(at.notified).toEqual(["firing web"]);
    at.engine.setRules([unhealthy({ enabled: false })]);
    look(at);
    expect([...at.engine.entries()]).toEqual([]);
    expect(at.stored.size).toBe(0);
  });
});

describe("a metric", () => {
  const disk = ruleOf({ condition: { kind: "host-disk", percent: 90 } });
  const root = { kind: "host", name: "/" } as const;
  const at90 = (value: number) => ({ value, detail: `${value} %` });

  test("fires at its threshold and resolves only well below it", () => {
    const at = bench([disk]);
    for (const value of [89.9, 90, 89, 86, 90]) at.engine.report("host-disk", root, at90(value));
    at.engine.flush();
    expect(at.notified).toEqual(["firing /"]);
    at.engine.report("host-disk", root, at90(85));
    at.engine.flush();
    expect(at.notified).toEqual(["firing /", "resolved /"]);
  });

  test("that is no longer read does not start to fire", () => {
    const at = bench([ruleOf({ condition: { kind: "host-disk", percent: 90 }, forSeconds: 600 })]);
    at.engine.report("host-disk", root, at90(95));
    pass(11 * MINUTE);
    look(at);
    expect(at.notified).toEqual([]);
  });
});

describe("a count", () => {
  const loop = ruleOf({ condition: { kind: "container-restarts", count: 3, withinSeconds: 60 } });
  const once = { occurrences: 1, detail: "restarted by itself" };

  test("fires at the count of the rule within its window, and resolves after it", () => {
    const at = bench([loop]);
    at.engine.report("container-restarts", web, once);
    pass(50_000);
    at.engine.report("container-restarts", web, once);
    pass(20_000); // the first is out of the window by now
    at.engine.report("container-restarts", web, once);
    look(at);
    expect(at.notified).toEqual([]);
    at.engine.report("container-restarts", web, once);
    look(at);
    expect(at.notified).toEqual(["firing web"]);
    pass(61_000);
    look(at);
    expect(at.notified).toEqual(["firing web", "resolved web"]);
  });

  test("of one rule does not reach another rule of the same kind", () => {
    const log = (id: string) =>
      ruleOf({ condition: { kind: "container-log", pattern: id, count: 1, withinSeconds: 60 } }, id);
    const at = bench([log("one"), log("two")]);
    at.engine.report("container-log", web, once, "two");
    expect([...at.engine.entries()].map(({ rule }) => rule.id)).toEqual(["two"]);
  });
});

describe("a message", () => {
  test("is sent once while an alert flaps, and again once it is stable", () => {
    const at = bench([unhealthy()]);
    for (let round = 0; round < 8; round++) {
      at.engine.report("container-unhealthy", web, wrong);
      pass(5_000);
      at.engine.report("container-unhealthy", web, well);
      pass(5_000);
      look(at);
    }
    expect(at.sent.filter((text) => text.startsWith("firing"))).toHaveLength(4);
    expect(at.sent.filter((text) => text.startsWith("flapping"))).toHaveLength(1);
    expect(at.sent.at(-1)).toBe("flapping web");
    pass(16 * MINUTE);
    look(at);
    expect(at.sent.at(-1)).toBe("steady web");
  });

  test("waits through the quiet hours, and is not sent when the alert resolves before their end", () => {
    const quietHours = { days: [0, 1, 2, 3, 4, 5, 6], from: "22:00", to: "07:00", timeZone: "UTC" };
    const at = bench([unhealthy({ quietHours })]);
    wall = Date.UTC(2026, 0, 5, 23, 0);
    at.engine.report("container-unhealthy", web, wrong);
    at.engine.report("container-unhealthy", { kind: "container", name: "db" }, wrong);
    look(at);
    expect(at.notified).toEqual(["firing web", "firing db"]);
    expect(at.sent).toEqual([]);
    at.engine.report("container-unhealthy", web, well);
    pass(8 * 60 * MINUTE);
    look(at);
    expect(at.sent).toEqual(["firing db"]);
  });

  test("is held back by a silence, and sent at its end", () => {
    const at = bench([unhealthy({ repeatSeconds: 60 })]);
    at.engine.report("container-unhealthy", web, wrong);
    at.engine.silence([...at.engine.entries()][0]?.id ?? "", 3_600);
    pass(30 * MINUTE);
    look(at);
    expect(at.sent).toEqual(["firing web"]);
    pass(31 * MINUTE);
    look(at);
    expect(at.sent).toEqual(["firing web", "repeated web"]);
  });
});

describe("a restart", () => {
  test("continues where the last run ended, and sends nothing twice", () => {
    const first = bench([unhealthy({ forSeconds: 60 })]);
    first.engine.report("container-unhealthy", web, wrong);
    pass(50_000);
    first.engine.flush();
    const second = bench([unhealthy({ forSeconds: 60 })], first);
    pass(10_000);
    second.engine.report("container-unhealthy", web, wrong);
    second.engine.flush();
    expect(second.notified).toEqual(["firing web"]);
    const third = bench([unhealthy({ forSeconds: 60 })], second);
    third.engine.report("container-unhealthy", web, wrong);
    pass(60_000);
    look(third);
    expect(third.notified).toEqual([]);
    third.engine.report("container-unhealthy", web, well);
    third.engine.flush();
    expect(third.notified).toEqual(["resolved web"]);
  });

  test("a failed write is repeated with all its changes", () => {
    let full = true;
    const at = bench([unhealthy()], undefined, () => full);
    at.engine.report("container-unhealthy", web, wrong);
    look(at);
    expect(at.notified).toEqual([]);
    full = false;
    look(at);
    expect(at.notified).toEqual(["firing web"]);
  });
});

test("names match with a star for any run of characters", () => {
  const cases: [string, string, boolean][] = [
    ["web", "web", true],
    ["web", "web-1", false],
    ["web*", "web-1", true],
    ["*-db", "shop-db", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "acb", false],
    ["ab*ba", "aba", false],
    ["*", "anything", true],
    ["a.c", "abc", false],
  ];
  for (const [pattern, name, matches] of cases)
    expect([pattern, name, matchesName(pattern, name)]).toEqual([pattern, name, matches]);
});

test("quiet hours go over midnight, and follow the rule's own time zone", () => {
  const night = { days: [5], from: "22:00", to: "06:00", timeZone: "Europe/Berlin" };
  expect(isQuiet(night, new Date("2026-01-09T20:59:00Z"))).toBe(false); // Friday 21:59 in Berlin
  expect(isQuiet(night, new Date("2026-01-09T21:00:00Z"))).toBe(true);
  expect(isQuiet(night, new Date("2026-01-10T04:59:00Z"))).toBe(true); // Saturday morning belongs to Friday
  expect(isQuiet(night, new Date("2026-01-10T05:00:00Z"))).toBe(false);
  expect(isQuiet(night, new Date("2026-01-10T22:00:00Z"))).toBe(false);
  expect(isQuiet(night, new Date("2026-07-10T19:59:00Z"))).toBe(false); // summer: 21:59
  expect(isQuiet(night, new Date("2026-07-10T20:00:00Z"))).toBe(true);
});

describe("a subject that is down", () => {
  const loop = ruleOf({ condition: { kind: "container-restarts", count: 2, withinSeconds: 60 } }, "loop");
  const log = ruleOf({ condition: { kind: "container-log", pattern: "x", count: 1, withinSeconds: 60 } }, "log");
  const once = { occurrences: 1, detail: "started again after it ended by itself" };

  test("keeps its alerts firing until it has run for long enough", () => {
    const at = bench([loop, log, unhealthy()]);
    at.engine.report("container-unhealthy", web, wrong);
    at.engine.report("container-log", web, once);
    for (let round = 0; round < 2; round++) at.engine.report("container-restarts", web, once);
    at.engine.report("container-unhealthy", web, { active: false, unseen: true, detail: "it does not run" });
    at.engine.hold(web, "ended with exit code 3");
    look(at);
    const firing = [...at.notified].sort();
    expect(firing).toEqual(["firing web", "firing web", "firing web"]);
    pass(24 * 60 * MINUTE);
    look(at);
    expect(at.notified).toHaveLength(3);
    expect([...at.engine.entries()].map(({ state }) => state.detail).sort()).toEqual(
      ["ended with exit code 3", "ended with exit code 3", "it does not run"].sort(),
    );
    at.engine.hold(web, "it was started again just now", true);
    look(at);
    expect(at.notified).toHaveLength(3);
    at.engine.hold(web, null);
    look(at);
    expect(at.notified.slice(3)).toEqual(["resolved web", "resolved web"]); // its health check has no result yet
    at.engine.report("container-unhealthy", web, well);
    look(at);
    expect(at.notified.slice(5)).toEqual(["resolved web"]);
  });

  test("fires nothing by itself, and is forgotten once it no longer exists", () => {
    const at = bench([loop]);
    at.engine.hold(web, "ended with exit code 3");
    look(at);
    expect(at.notified).toEqual([]);
    at.engine.settle("container", new Set());
    for (let round = 0; round < 2; round++) at.engine.report("container-restarts", web, once);
    pass(2 * MINUTE);
    look(at);
    expect(at.notified).toEqual(["firing web", "resolved web"]);
  });
});

test("while nothing is known of a kind, nothing of it begins or ends, and what fires is repeated", () => {
  let known = true;
  const rules = [
    ruleOf({ condition: { kind: "container-restarts", count: 1, withinSeconds: 60 }, repeatSeconds: 600 }, "loop"),
    ruleOf({ condition: { kind: "container-unhealthy" }, forSeconds: 60 }, "ill"),
  ];
  const notified: string[] = [];
  const engine = createAlertEngine({
    rules,
    stored: [],
    clock,
    isKnown: ({ kind }) => kind !== "container" || known,
    commit: ({ transitions }) => {
      for (const { kind, entry, record } of transitions) if (record) notified.push(`${kind} ${entry.rule.id}`);
    },
    onError: () => {},
  });
  engine.report("container-restarts", web, { occurrences: 1, detail: "" });
  engine.report("container-unhealthy", web, wrong);
  known = false;
  pass(11 * MINUTE);
  engine.tick();
  expect(notified).toEqual(["firing loop", "repeated loop"]);
  known = true;
  engine.tick();
  expect(notified.slice(2).sort()).toEqual(["firing ill", "resolved loop"]);
  engine.close();
});
