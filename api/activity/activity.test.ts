import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { fillDisk } from "../../shared/testing/fill-disk.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { type Activity, type ActivityOptions, createActivity } from "./activity.ts";
import type { ActivityStart } from "./record.ts";
import { NEWEST } from "./store.ts";

const start = (target: string, more: Partial<ActivityStart> = {}): ActivityStart => ({
  action: "service:restart",
  target,
  permission: "services:control",
  services: [target],
  actor: { kind: "user", id: "u1", name: "ada" },
  ownerId: "u1",
  requestId: "r1",
  ...more,
});

/** Runs work with a record in a folder of its own. `again` opens the record once more, as a next server does. */
async function withActivity(
  limits: ActivityOptions["limits"],
  work: (parts: Parts) => Promise<void> | void,
): Promise<void> {
  const folder = await tempFolder("activity");
  const opened: Activity[] = [];
  try {
    await work(parts(join(folder.path, "data"), limits, opened));
  } finally {
    for (const activity of opened) activity.close();
    await folder.remove();
  }
}
interface Parts {
  dataDir: string;
  open(): Activity;
  activity: Activity;
}
function parts(dataDir: string, limits: ActivityOptions["limits"], opened: Activity[]): Parts {
  const open = () => {
    const activity = createActivity({ dataDir, log: silentLog(), limits });
    opened.push(activity);
    return activity;
  };
  return { dataDir, open, activity: open() };
}

const all = ({ store }: Activity) => store.scan({ before: NEWEST }, 200_000);

test("keeps ten thousand records in the order of their starts, and counts their bytes", () =>
  withActivity({}, ({ activity, dataDir, open }) => {
    for (let index = 0; index < 10_000; index++) {
      const recording = activity.begin(start(`box-${index}`));
      if (index % 100 === 0) recording.line("output ".repeat(20));
      recording.end({ state: "succeeded" });
    }
    activity.flush();
    const records = all(activity);
    expect(records).toHaveLength(10_000);
    expect(records[0]?.target).toBe("box-9999");
    expect(records.at(-1)?.target).toBe("box-0");
    const { bytes } = activity.store.totals();
    activity.close();
    expect(statSync(join(dataDir, "activity.db")).mode & 0o777).toBe(0o600);
    const next = open();
    expect(next.store.totals()).toEqual({ bytes, records: 10_000 });
    expect(all(next).every(({ state }) => state === "succeeded")).toBe(true);
  }));

test("drops the oldest records beyond the number, the bytes and the days that are kept, but none that runs", () =>
  withActivity({ maxRecords: 50, maxBytes: 1024 * 1024 }, async ({ activity }) => {
    const running = activity.begin(start("running"));
    for (let index = 0; index < 120; index++) activity.begin(start(`box-${index}`)).end({ state: "succeeded" });
    activity.flush();
    await eventually(() => activity.store.totals().records === 50);
    expect(all(activity).map(({ target }) => target)).toContain("running");
    expect(all(activity)[0]?.target).toBe("box-119");
    for (let index = 0; index < 5; index++) {
      const loud = activity.begin(start(`loud-${index}`));
      for (let line = 0; line < 20_000; line++) loud.line(`line ${line} of much output, which takes its room`);
      loud.end({ state: "succeeded" });
    }
    activity.flush();
    await eventually(() => activity.store.totals().bytes <= 1024 * 1024);
    expect(all(activity).map(({ target }) => target)).toContain("running");
    expect(all(activity).some(({ target }) => target.startsWith("box-"))).toBe(false);
    running.end({ state: "succeeded" });
    activity.setLimits({ days: 0 });
    await eventually(() => activity.store.totals().records === 0);
    expect(activity.store.totals()).toEqual({ bytes: 0, records: 0 });
  }));

test("drops what is too old also behind a record of a time when the clock was ahead", () =>
  withActivity({}, ({ activity }) => {
    const now = Date.now();
    for (const [target, days] of [
      ["ahead", 3_650],
      ["old", -40],
      ["new", 0],
    ] as const) {
      const clock = vi.spyOn(Date, "now").mockReturnValue(now + days * 86_400_000);
      activity.begin(start(target)).end({ state: "succeeded" });
      clock.mockRestore();
    }
    activity.flush();
    expect(all(activity).map(({ target }) => target)).toEqual(["new", "ahead"]);
  }));

test("tells what a server that ended left running as interrupted, with its output, and that a moment may be missing", () =>
  withActivity({}, ({ activity, open }) => {
    const recording = activity.begin(start("web"));
    recording.step({ id: "a", label: "Layer a", state: "pulling" });
    recording.line("as far as this\nand this");
    activity.flush();
    const next = open(); // the first one has not closed its file, as after a kill
    next.flush();
    const [notice, record, ...others] = all(next);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ action: "activity:gap", state: "interrupted", actor: { kind: "system" } });
    expect(record).toMatchObject({ id: recording.id, state: "interrupted", outputLines: 2, error: { code: "gone" } });
    expect(record && next.store.output(record).lines).toEqual(["as far as this", "and this"]);
    expect(next.store.extras(recording.id)?.steps).toEqual([{ id: "a", label: "Layer a", state: "pulling" }]);
    next.close();
    const last = open();
    last.flush();
    expect(all(last)).toHaveLength(2); // an orderly end is no gap
  }));

const whole = (path: string) => writeFileSync(path, "no database ".repeat(1_000));
/** As a failing disk leaves it: the first page of a table. */
const onePage = (path: string) => writeFileSync(path, readFileSync(path).fill(0x5a, 4_096, 8_192));
const otherTables = (path: string) => {
  const database = new DatabaseSync(path);
  database.exec("DROP TABLE output");
  database.close();
};

test.each([
  ["as a whole", whole],
  ["in one page", onePage],
  ["in its tables", otherTables],
])("starts with an empty record beside one that is damaged %s", (_where, damage) =>
  withActivity({}, ({ activity, dataDir, open }) => {
    activity.begin(start("web")).end({ state: "succeeded" });
    activity.close();
    for (const end of ["-wal", "-shm"]) rmSync(join(dataDir, `activity.db${end}`), { force: true });
    damage(join(dataDir, "activity.db"));
    const next = open();
    expect(all(next)).toEqual([]);
    next.begin(start("db")).end({ state: "succeeded" });
    next.flush();
    expect(all(next)).toHaveLength(1);
    expect(statSync(join(dataDir, "activity.db.damaged")).size).toBeGreaterThan(0);
  }),
);

test("keeps writing when records take far more than their output", () =>
  withActivity({ maxBytes: 256 * 1024 }, ({ activity }) => {
    const processes = Array.from({ length: 400 }, (_, index) => `process-number-${index}`);
    for (let index = 0; index < 1_500; index++) {
      activity.begin(start(`box-${index}`, { processes })).end({ state: "succeeded" });
      if (index % 50 === 49) activity.flush();
    }
    expect(activity.storage()).toEqual({ degraded: false, lost: 0 });
    expect(activity.store.totals().bytes).toBeLessThan(1024 * 1024);
    expect(all(activity)[0]?.target).toBe("box-1499");
  }));

test.skipIf(await lacks("namespaces"))(
  "starts on a full disk with what is stored, and ends what a killed server left",
  async () => {
    const folder = await tempFolder("activity-start");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", folder.path]);
    const opened: Activity[] = [];
    const open = () => {
      const activity = createActivity({ dataDir: folder.path, log: silentLog() });
      opened.push(activity);
      return activity;
    };
    try {
      const killed = open();
      killed.begin(start("left"));
      killed.flush();
      const filler = fillDisk(folder.path);
      const next = open();
      expect(all(next)).toMatchObject([{ target: "left", state: "running" }]);
      expect(next.storage().degraded).toBe(true);
      next.begin(start("waits"));
      rmSync(filler);
      next.flush();
      expect(all(next).map(({ target, state }) => `${target} ${state}`)).toEqual([
        " interrupted",
        "waits running",
        "left interrupted",
      ]);
      expect(existsSync(join(folder.path, "activity.db.damaged"))).toBe(false);
    } finally {
      for (const activity of opened.reverse()) activity.close();
      execFileSync("umount", [folder.path]);
      await folder.remove();
    }
  },
);

test.skipIf(await lacks("namespaces"))("goes on while the disk is full, says so, and writes what waited", async () => {
  const folder = await tempFolder("activity-full");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", folder.path]);
  try {
    const activity = createActivity({ dataDir: folder.path, log: silentLog() });
    activity.begin(start("before")).end({ state: "succeeded" });
    activity.flush();
    const filler = fillDisk(folder.path);
    const waiting = activity.begin(start("during"));
    for (let line = 0; line < 2_000; line++) waiting.line(`line ${line}`);
    waiting.end({ state: "succeeded" });
    for (let index = 0; index < 600; index++) activity.begin(start(`more-${index}`)).end({ state: "succeeded" });
    activity.flush();
    expect(activity.storage()).toMatchObject({ degraded: true });
    expect(activity.storage().lost).toBeGreaterThan(0);
    rmSync(filler);
    activity.begin(start("after")).end({ state: "succeeded" });
    activity.flush();
    expect(activity.storage().degraded).toBe(false);
    const records = all(activity);
    expect(records.map(({ target }) => target)).toEqual(expect.arrayContaining(["before", "more-599", "after"]));
    expect(records.find(({ action }) => action === "activity:gap")?.error?.message).toMatch(/could not be stored/);
    activity.close();
  } finally {
    execFileSync("umount", [folder.path]);
    await folder.remove();
  }
});
