import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Child, startChild } from "../../shared/testing/child.ts";
import { checkWithin, eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { residentBytes } from "../../shared/testing/resident.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { nextEvent, openClient, readLogs, subscribeLogs } from "../testing.ts";

const MIB = 1024 * 1024;
const TOTAL_BYTES = 80 * MIB;
/** Far below the size of the traffic. The benchmark checks 20 MB; here the garbage collector may be late. */
const MAX_MEMORY = 40 * MIB;

describe.skipIf(await lacks("linux"))("a reader that stops while 80 MB pass", () => {
  let pm2: TestPm2;
  let stack: Stack;
  let key: string;
  let emitToken: string;
  let reader: Child | undefined;

  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({ name: "idle", source: "setInterval(() => {}, 1000);" });
    stack = await startStack({ env: { PM2_HOME: pm2.home } });
    const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    key = await admin.makeKey();
    emitToken = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
  });
  afterEach(async () => {
    reader?.signal("SIGCONT");
    await reader?.stop();
  });
  afterAll(async () => {
    await stack.stop();
    await pm2.close();
  });

  const startReader = async (...args: string[]) => {
    const script = join(import.meta.dirname, "reader.ts");
    reader = await startChild(process.execPath, [script, stack.realtime.url, ...args], {
      env: { PATH: process.env.PATH ?? "" },
    });
    await reader.prints("ready");
    return reader;
  };

  /** Returns the growth of the server's memory beyond its maximum for the same traffic with all readers active. */
  const memoryGauge = () => {
    let usual = 0;
    let highest = 0;
    return {
      look: async () => {
        highest = Math.max(highest, await residentBytes(stack.realtime.pid));
      },
      readerStops: () => {
        usual = highest;
      },
      growth: () => highest - usual,
    };
  };

  test("of events costs little memory, disturbs no other, and receives the gap before it continues", async () => {
    const other = openClient(stack.realtime.url, "system", { token: key });
    const got: number[] = [];
    other.on("numbered", ({ n }: { n: number }) => got.push(n));
    await nextEvent(other, "connect");
    const data = "x".repeat(100_000);
    const batch = 10;
    let next = 0;
    const emit = async () => {
      const events = Array.from({ length: batch }, () => ({
        namespace: "system",
        event: "numbered",
        data: { n: next++, data },
      }));
      const answer = await fetch(`${stack.realtime.url}/emit`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${emitToken}` },
        body: JSON.stringify({ events }),
      });
      expect(answer.status).toBe(200);
      await eventually(() => got.length === next, 1); // the other reader keeps up with its events
    };
    const stopped = await startReader("system", key);
    const memory = memoryGauge();
    for (let round = 0; round < 50; round++) {
      await emit();
      await stopped.prints(`numbered ${next - 1}\n`);
      await memory.look();
    }

    stopped.signal("SIGSTOP");
    memory.readerStops();
    while (next * data.length < TOTAL_BYTES) {
      await emit();
      await memory.look();
    }
    expect(memory.growth()).toBeLessThan(MAX_MEMORY);
    expect(got).toEqual(got.map((_, index) => index));

    stopped.signal("SIGCONT");
    await stopped.prints("gap slow_reader");
    // Events during the catch-up can be skipped too: it continues after it has caught up.
    let printed = "";
    await eventually(async () => {
      await emit();
      await checkWithin(() => stopped.output().includes(`numbered ${next - 1}\n`), 5_000, 10);
      printed = stopped.output();
    });
    // In order around each gap, with exactly as many missing as announced.
    const dropped = [...printed.matchAll(/gap slow_reader (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const numbers = [...printed.matchAll(/numbered (\d+)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
    expect(numbers.length + dropped).toBe(next);
    other.disconnect();
  });

  test("of a log costs little memory, disturbs no other, and continues with a correct gap", async () => {
    const other = openClient(stack.realtime.url, "deployments", { token: key });
    const follower = readLogs(other);
    let received = 0;
    other.on("logs", ({ data }: { data: string }) => {
      received += data.length;
      follower.lines.splice(0, follower.lines.length - 1); // the last line is enough
    });
    await subscribeLogs(other, { deploymentId: "idle", pm2Name: "idle", tail: 0 });
    const stopped = await startReader("deployments", key, "idle");
    const log = await open(join(pm2.home, "logs/idle-out.log"), "a");
    let line = 0;
    let written = 0;
    const write = async () => {
      const lines = Array.from({ length: 5_000 }, () => `${line++} ${"x".repeat(192)}\n`).join("");
      written += lines.length;
      await log.write(lines);
      await eventually(() => received === written, 1);
    };
    try {
      const memory = memoryGauge();
      for (let round = 0; round < 20; round++) {
        await write();
        await memory.look();
      }
      await stopped.prints(`last ${line - 1} `);
      stopped.signal("SIGSTOP");
      memory.readerStops();
      const begin = written;
      while (written - begin < TOTAL_BYTES) {
        await write();
        await memory.look();
      }
      expect(memory.growth()).toBeLessThan(MAX_MEMORY);
      expect(follower.gaps).toEqual([]);

      stopped.signal("SIGCONT");
      await stopped.prints("gap slow_reader");
      await write();
      await stopped.prints(`last ${line - 1} `);
    } finally {
      await log.close();
      other.disconnect();
    }
  });
});
