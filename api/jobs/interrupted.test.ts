import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { createActivity } from "../activity/activity.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { openDatabase } from "../database/database.ts";
import { createEmitRecorder } from "../testing/route-server.ts";
import { createJobJournal } from "./job-journal.ts";
import { createJobs } from "./jobs.ts";

/** The jobs of a server on a state folder. Without a close it leaves the same state as a kill. */
function serve(dataDir: string) {
  const database = openDatabase(dataDir);
  const recorded: AuditEvent[] = [];
  const trail = { recordAfterwards: (event: AuditEvent) => void recorded.push(event) };
  const journal = createJobJournal(database);
  const activity = createActivity({ dataDir, log: silentLog() });
  const jobs = createJobs({ realtime: createEmitRecorder().realtime, trail, journal, activity, log: silentLog() });
  return { database, recorded, journal, activity, jobs };
}

const options = {
  kind: "stack:up",
  target: "shop",
  principal: { kind: "user", id: "u1", name: "ada" } as const,
  requestId: "r1",
  address: "127.0.0.1",
};

test("a job that ended with its server is reported as interrupted once, until the next job on the same target", async () => {
  const folder = await tempFolder("interrupted");
  const dataDir = join(folder.path, "data");
  await mkdir(dataDir, { mode: 0o700 });
  try {
    const killed = serve(dataDir);
    const { id } = killed.jobs.start({ ...options, run: () => new Promise(() => {}) });
    const over = killed.jobs.start({ ...options, target: "blog", requestId: "r2", run: async () => undefined });
    await killed.jobs.finished(over.id);
    killed.database.close();

    const next = serve(dataDir);
    expect(next.recorded).toEqual([
      expect.objectContaining({
        action: "stack:up",
        target: "shop",
        outcome: "interrupted",
        requestId: "r1",
        actor: options.principal,
      }),
    ]);
    expect(next.jobs.find(id)?.job).toMatchObject({ state: "interrupted", error: { code: "gone" } });
    expect(next.journal.interruptedOf("stack", "shop")).toMatchObject({ kind: "stack:up", target: "shop" });
    expect(next.journal.interruptedOf("stack", "blog")).toBeUndefined();
    next.database.close();

    const third = serve(dataDir);
    expect(third.recorded).toEqual([]);
    expect(third.journal.interruptedOf("stack", "shop")).toBeDefined();
    const again = third.jobs.start({ ...options, kind: "stack:down", run: async () => undefined });
    expect(third.journal.interruptedOf("stack", "shop")).toBeUndefined();
    await third.jobs.finished(again.id);
    await eventually(() => third.recorded.length === 1);
    third.database.close();
    const last = serve(dataDir);
    expect(last.recorded).toEqual([]);
    last.database.close();
  } finally {
    await folder.remove();
  }
});
