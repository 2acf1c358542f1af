import { expect, test } from "vitest";
import { silentLog } from "../../../shared/server/log.ts";
import { createWriteSchedule } from "./write-schedule.ts";

const MEBIBYTE = 1024 * 1024;

const setUp = () => {
  const disk = { error: undefined as Error | undefined, writes: 0 };
  const writer = {
    hasRoom: true,
    flush() {
      if (disk.error) throw disk.error;
      disk.writes++;
      return { segment: 1, batches: [] };
    },
  };
  return { disk, writer, schedule: createWriteSchedule({ writer, log: silentLog() }) };
};

test("a mebibyte is written at once, less with the next write", () => {
  const { disk, schedule } = setUp();
  expect(schedule.add(MEBIBYTE)).toBeUndefined();
  expect([disk.writes, schedule.metrics().pendingBytes]).toEqual([0, MEBIBYTE]);
  schedule.add(1);
  expect([disk.writes, schedule.metrics()]).toEqual([1, { pendingBytes: 0, lagMs: 0, waiting: 0 }]);
  schedule.close();
});

test("callers wait while writes fail and too much is pending, until the disk has room", async () => {
  const { writer, schedule } = setUp();
  writer.hasRoom = false;
  expect(schedule.add(4 * MEBIBYTE)).toBeUndefined();
  expect(schedule.degraded).toBe("The disk is nearly full: logs are kept again once there is room.");
  const room = schedule.add(1);
  expect(schedule.metrics().waiting).toBe(1);
  writer.hasRoom = true;
  schedule.flush();
  await room;
  expect(schedule.degraded).toBeUndefined();
  schedule.close();
});

test("a release ends the waits and lets nobody wait again", async () => {
  const { disk, schedule } = setUp();
  disk.error = new Error("disk I/O error");
  const room = schedule.add(5 * MEBIBYTE);
  expect(schedule.degraded).toBe("The log store cannot be written; the server's log says why.");
  schedule.release();
  await room;
  expect(schedule.add(5 * MEBIBYTE)).toBeUndefined();
  schedule.close();
  expect(disk.writes).toBe(0);
});
