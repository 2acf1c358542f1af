import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { testPm2 } from "./pm2.ts";

test("a private PM2 runs a script and leaves nothing", async () => {
  const pm2 = await testPm2();
  let daemon = 0;
  try {
    await pm2.start({
      name: "writer",
      source: "console.log('here', process.env.SHELL ?? 'clean'); setInterval(() => {}, 1e6);",
    });
    daemon = pm2.daemonPid();
    const log = join(pm2.home, "logs/writer-out.log");
    expect(await eventually(async () => (await readFile(log, "utf8")) || false)).toBe("here clean\n");
  } finally {
    await pm2.close();
  }
  expect(() => process.kill(daemon, 0)).toThrow("ESRCH");
});
