import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditQuery } from "../../shared/protocol/account.ts";
import { ConfigError } from "../../shared/server/config.ts";
import { silentLog } from "../../shared/server/log.ts";
import { fillDisk } from "../../shared/testing/fill-disk.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "../database/database.ts";
import type { AuditEvent } from "./audit-event.ts";
import { openTrail, type Trail, type TrailOptions } from "./trail.ts";

const noNamespaces = await lacks("namespaces");
let folder: TempFolder;
let trails: Trail[];

beforeEach(async () => {
  folder = await tempFolder("audit");
  openDatabase(folder.path).close();
  trails = [];
});
afterEach(async () => {
  for (const trail of trails) trail.close();
  await folder.remove();
});

const open = (limits: Partial<Omit<TrailOptions, "dataDir" | "log">> = {}) => {
  const trail = openTrail({ dataDir: folder.path, log: silentLog(), ...limits });
  trails.push(trail);
  return trail;
};
const file = () => join(folder.path, "audit.log");
const lines = () => readFileSync(file(), "utf8").trimEnd().split("\n");
const event = (fields: Partial<AuditEvent> = {}): AuditEvent => ({
  action: "service:stop",
  outcome: "done",
  status: 200,
  actor: { kind: "user", id: "u1", name: "ada" },
  target: "web",
  requestId: crypto.randomUUID(),
  address: "192.0.2.1",
  ...fields,
});
const query = (fields: Record<string, unknown> = {}) => auditQuery.parse(fields);
const fill = (trail: Trail, count: number) => {
  for (let number = 1; number <= count; number++) trail.record(event({ target: `target-${number}` }));
};

describe("chain", () => {
  test("is intact across restarts and two processes' writers, in a file only its owner reads", async () => {
    const one = open();
    fill(one, 3);
    const two = open();
    two.record(event({ actor: { kind: "console", id: "", name: "root" } }));
    fill(one, 2);
    expect(await open().verify()).toEqual({ intact: true, lines: 6, firstSequence: 1, lastSequence: 6 });
    for (const name of ["audit.log", "audit-key"]) {
      expect((statSync(join(folder.path, name)).mode & 0o777).toString(8)).toBe("600");
    }
  });

  test.each([
    ["changed", (all: string[]) => all.with(2, (all[2] ?? "").replace("target-3", "target-9")), 3],
    ["taken away", (all: string[]) => all.toSpliced(2, 1), 3],
    ["put twice", (all: string[]) => all.toSpliced(2, 0, all[1] ?? ""), 3],
    ["swapped", (all: string[]) => [all[0], all[2], all[1], all[3], all[4]], 2],
    ["not of the trail", (all: string[]) => all.with(3, "{}"), 4],
    ["cut off at the end", (all: string[]) => all.slice(0, 4), 5],
  ])("finds the first line that was %s", async (_, change, line) => {
    const trail = open();
    fill(trail, 5);
    writeFileSync(file(), `${change(lines()).join("\n")}\n`);
    expect(await trail.verify()).toMatchObject({ intact: false, file: "audit.log", line });
  });

  test("rejects a line created with another key", async () => {
    const trail = open();
    fill(trail, 2);
    rmSync(join(folder.path, "audit-key"));
    expect(await open().verify()).toMatchObject({ intact: false, line: 1 });
  });

  test("detects that the whole file is missing", async () => {
    const trail = open();
    fill(trail, 2);
    rmSync(file());
    expect(await trail.verify()).toMatchObject({ intact: false });
  });

  test("continues after a crash in the middle of a line", async () => {
    fill(open(), 3);
    appendFileSync(file(), '{"sequence":4,"at":"2026-');
    const trail = open();
    fill(trail, 1);
    expect(await trail.verify()).toMatchObject({ intact: true, lastSequence: 4 });
  });

  test("accepts a line whose anchor was not written because of a crash", async () => {
    const trail = open();
    fill(trail, 3);
    const database = openDatabase(folder.path);
    const hash = /"hash":"(\w+)"/.exec(lines()[1] ?? "")?.[1] ?? "";
    database.prepare("UPDATE audit_anchor SET sequence = 2, hash = ?").run(hash);
    database.close();
    const again = open();
    fill(again, 1);
    expect(await again.verify()).toMatchObject({ intact: true, lastSequence: 4 });
  });

  test("verifies across closed files, and after the oldest were removed", async () => {
    const trail = open({ fileMaxBytes: 2_000, closedFilesMax: 3, keepDays: () => 0 });
    fill(trail, 60);
    expect(readdirSync(folder.path).filter((name) => /^audit-\d+\.log$/.test(name))).toHaveLength(3);
    const verdict = await trail.verify();
    expect(verdict).toMatchObject({ intact: true, lastSequence: 60 });
    expect(verdict).toHaveProperty(
      "firstSequence",
      expect.toSatisfy((first: number) => first > 1),
    );
    const [oldest = ""] = readdirSync(folder.path)
      .filter((name) => /^audit-\d+\.log$/.test(name))
      .sort();
    truncateSync(join(folder.path, oldest), statSync(join(folder.path, oldest)).size - 40);
    expect(await trail.verify()).toMatchObject({ intact: false, file: oldest });
  });

  test("removes lines by age before size, and beyond a fixed size regardless of age", async () => {
    const closed = () => readdirSync(folder.path).filter((name) => /^audit-\d+\.log$/.test(name)).length;
    const young = open({ fileMaxBytes: 2_000, closedFilesMax: 3, hardFilesMax: 6 });
    fill(young, 30);
    expect(closed()).toBeGreaterThan(3); // the lines are of today
    fill(young, 60);
    expect(closed()).toBe(6);
    expect(await young.verify()).toMatchObject({ intact: true, lastSequence: 90 });
    fill(open({ fileMaxBytes: 2_000, closedFilesMax: 3, hardFilesMax: 6, keepDays: () => -1 }), 10);
    expect(closed()).toBe(3);
    expect(await open().verify()).toMatchObject({ intact: true, lastSequence: 100 });
  });

  test.each(["audit-key", "audit.log"])("refuses to start if others can read %s", (name) => {
    fill(open(), 1);
    chmodSync(join(folder.path, name), 0o640);
    expect(() => open()).toThrow(ConfigError);
  });
});

describe("reading", () => {
  test("pages from the newest to the oldest, over all files", async () => {
    const trail = open({ fileMaxBytes: 3_000 });
    fill(trail, 50);
    const seen: number[] = [];
    let before: number | null | undefined;
    do {
      const page = await trail.read(query({ limit: "7", ...(before ? { before: String(before) } : {}) }));
      seen.push(...page.entries.map(({ sequence }) => sequence));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
  });

  test("filters by actor, action, outcome, time and text", async () => {
    const trail = open();
    trail.record(event());
    trail.record(event({ action: "service:start", actor: { kind: "key", id: "k1", name: "ci" } }));
    trail.record(event({ action: "session:login", outcome: "refused", status: 401, target: "Grace" }));
    const targets = async (filter: Record<string, unknown>) =>
      (await trail.read(query(filter))).entries.map(({ action }) => action);
    expect(await targets({ who: "CI" })).toEqual(["service:start"]);
    expect(await targets({ who: "k1" })).toEqual(["service:start"]);
    expect(await targets({ action: "service" })).toEqual(["service:start", "service:stop"]);
    expect(await targets({ outcome: "refused" })).toEqual(["session:login"]);
    expect(await targets({ text: "grace" })).toEqual(["session:login"]);
    expect(await targets({ until: "2020-01-01T00:00:00Z" })).toEqual([]);
    expect(await targets({ since: "2020-01-01T00:00:00+02:00" })).toHaveLength(3);
  });

  test("shows the start of an action only if its end is missing", async () => {
    const trail = open();
    trail.record(event({ outcome: "begun", requestId: "r1" }));
    trail.record(event({ outcome: "done", requestId: "r1" }));
    trail.record(event({ outcome: "begun", requestId: "r2" }));
    const { entries } = await trail.read(query());
    expect(entries.map(({ requestId, outcome }) => [requestId, outcome])).toEqual([
      ["r2", "begun"],
      ["r1", "done"],
    ]);
  });

  test("returns nothing before the first line", async () => {
    expect(await open().read(query())).toEqual({ entries: [], next: null });
  });
});

test("escapes control characters and changes of direction in the file, and returns them unchanged", async () => {
  const hostile = 'a\r\n\u001b[2J\u0000\u009b31m\u2028\u202e"\\{}';
  const trail = open();
  trail.record(event({ target: hostile }));
  const raw = readFileSync(file(), "utf8");
  expect([...raw.slice(0, -1)].filter((character) => character < " " || character > "~")).toEqual([]);
  expect((await trail.read(query())).entries[0]?.target).toBe(hostile);
  expect(await trail.verify()).toMatchObject({ intact: true });
});

test("lists a budget of refusals, and counts the rest by action, address block and minute", async () => {
  let now = 0;
  const trail = open({ now: () => now });
  const refuse = (address: string, action = "session:login") =>
    trail.recordRefusal(event({ action, address, outcome: "refused", target: "x".repeat(400) }));
  for (let count = 0; count < 60; count++) refuse("192.0.2.1");
  expect(lines()).toHaveLength(60);
  expect(Math.max(...lines().map(({ length }) => length))).toBeLessThan(500);
  for (let count = 0; count < 40; count++) refuse("192.0.2.1");
  for (let count = 0; count < 30; count++) refuse(`2001:db8:1:2::${count}`);
  for (let count = 0; count < 2_000; count++) refuse(`10.0.${count >> 8}.${count & 255}`, "services:view");
  for (let count = 0; count < 20; count++) refuse("192.0.2.1", "files:view");
  refuse("192.0.2.9", "setup:finish");
  expect(lines()).toHaveLength(60);
  now += 60_000;
  refuse("192.0.2.1");
  const { entries } = await trail.read(query({ limit: "6" }));
  expect(entries.map(({ action, target, detail }) => [action, target, detail])).toEqual([
    ["session:login", "x".repeat(96), undefined], // four per minute are listed again
    ["unknown", "20 more refusals", "counted: several actions"],
    [
      "services:view",
      "2000 more refusals",
      expect.stringMatching(/^counted: (1 from 10\.0\.0\.\d+, ){6}1994 from other addresses$/),
    ],
    ["setup:finish", "1 more refusals", "counted: 1 from 192.0.2.9"],
    ["session:login", "70 more refusals", "counted: 40 from 192.0.2.1, 30 from 2001:db8:1:2::/64"],
    ["session:login", "x".repeat(96), undefined],
  ]);
  const before = lines().length;
  for (let count = 0; count < 10; count++) refuse("192.0.2.1");
  trail.close(); // counts are not lost
  expect(lines()).toHaveLength(before + 3 + 1);
  trails.splice(0);
});

test.skipIf(noNamespaces)(
  "refuses actions that cannot be recorded while the disk is full, and continues when there is space",
  async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder.path]);
    try {
      openDatabase(folder.path).close();
      const trail = open();
      fill(trail, 1);
      const filler = fillDisk(folder.path);
      expect(() => fill(trail, 5_000)).toThrow(expect.objectContaining({ code: "storage_full" }));
      trail.recordAfterwards(event({ target: "happened" }));
      expect(await trail.verify()).toMatchObject({ intact: true });
      rmSync(filler);
      fill(trail, 1);
      expect(await trail.verify()).toMatchObject({ intact: true });
      expect((await trail.read(query({ text: "happened" }))).entries).toHaveLength(1);
    } finally {
      for (const trail of trails.splice(0)) trail.close();
      execFileSync("umount", ["-l", folder.path]);
    }
  },
);
