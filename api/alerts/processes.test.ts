import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { firing, makeRule, until } from "./testing.ts";

/** From the processes of a real PM2 daemon to a firing alert. The list is read every ten seconds. */
describe("alerts about PM2 processes", () => {
  let pm2: TestPm2;
  let api: TestApi;
  beforeAll(async () => {
    pm2 = await testPm2();
    api = await startApi({ pm2Home: pm2.home });
    await pm2.start({ name: "calm", source: "setInterval(() => {}, 1000)" });
    await Promise.all([
      pm2.start({ name: "halted", source: "setInterval(() => {}, 1000)" }).then(() => pm2.command("stop", "halted")),
      pm2.start({ name: "broken", source: "process.exit(1)", maxRestarts: 2 }),
      // PM2 takes an end after a second for one after a good start: it never gives this one up.
      pm2.start({ name: "looping", source: "setTimeout(() => process.exit(1), 1200)" }),
    ]);
  });
  afterAll(async () => {
    await api?.close();
    await pm2?.close();
  });
  const statusOf = async (name: string) =>
    ((await api.ask("GET", "/api/deployments")).body.deployments as Deployment[]).find((one) => one.name === name)
      ?.status;
  const all = { names: ["calm", "halted", "broken", "looping"] };

  test.concurrent("one that PM2 has given up fires, and neither one that runs nor one that was stopped does", async () => {
    await eventually(async () => expect(await statusOf("broken")).toBe("errored"));
    const rule = await makeRule(api, { condition: { kind: "process-failed" }, subjects: all });
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual(["broken"]);
    await pm2.command("delete", "broken");
    await until(api, rule, "resolved");
  });

  test.concurrent("one that uses more memory than a rule allows fires, until it is stopped", async () => {
    await pm2.start({ name: "large", source: "setInterval(() => {}, 1000)" });
    const rule = await makeRule(api, {
      condition: { kind: "process-memory", mebibytes: 1 },
      subjects: { names: ["large", "halted"] },
    });
    const idle = await makeRule(api, { condition: { kind: "process-cpu", percent: 90_000 }, subjects: all });
    await until(api, rule, "firing");
    // The rule applies at once to the last values, which can be from before "halted" was stopped.
    await eventually(async () => expect(await firing(api, rule)).toEqual(["large"]));
    expect(await firing(api, idle)).toEqual([]);
    await pm2.command("stop", "large");
    await until(api, rule, "resolved");
  });

  test.concurrent("one that starts again and again fires, and one that runs does not", async () => {
    const rule = await makeRule(api, {
      condition: { kind: "process-restarts", count: 3, withinSeconds: 60 },
      // The broken one was restarted as well, before PM2 gave it up.
      subjects: { names: ["calm", "halted", "looping"] },
    });
    await until(api, rule, "firing", 25_000);
    expect(await firing(api, rule)).toEqual(["looping"]);
  });
});
