import { randomBytes } from "node:crypto";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { silentLog } from "../../../shared/server/log.ts";
import { createIngest } from "../collect/ingest.ts";
import { formatLineTime, toMicros } from "./line-time.ts";
import { containerSubject } from "./stream-state.ts";
import { openWriter } from "./writer.ts";

/** On a small disk mounted at the folder it is given: fills it, takes in lines, makes room, and prints what came of it. */
const disk = process.argv[2] ?? "";
const writer = openWriter({ folder: join(disk, "log-store"), maxBytes: 1e9, maxDays: 14 });
const ingest = createIngest({ writer, log: silentLog() });
const ballast = join(disk, "ballast");
const { bavail, bsize } = statfsSync(disk);
writeFileSync(ballast, Buffer.alloc(bavail * bsize - 100_000));
const stream = ingest.stream(containerSubject("id", "web"));
let waits: Promise<void> | undefined;
for (let n = 0; n < 2_000; n++) {
  const text = `${n} ${"x".repeat(2_200)} ${randomBytes(8).toString("hex")}\n`;
  const line = {
    track: "out",
    mark: { epoch: "", at: 0 },
    text,
    time: formatLineTime(toMicros(Date.now()) + n),
    error: false,
  };
  waits = ingest.put(stream, [line], String(n));
}
ingest.maintain();
const paused = ingest.degraded;
const room = statfsSync(disk).bavail > 0;
rmSync(ballast);
ingest.maintain();
await waits;
const outcome = { paused, waits: waits !== undefined, room, kept: stream.nextN, degraded: ingest.degraded ?? null };
ingest.close();
writer.close();
process.stdout.write(`${JSON.stringify(outcome)}\n`);
process.exit(0);
