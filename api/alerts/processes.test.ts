import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { firing, makeRule, until } from "./testing.ts";

/** What the alerts remember of ports. */
const known = "SELECT value FROM alert_meta WHERE name = 'process_ports'";
/** Listens, and closes its server on a signal without ending. */
const deaf = `
import { createServer } from "node:net";
const server = createServer().listen(0, "127.0.0.1");
process.on("SIGHUP", () => server.close());
setInterval(() => undefined, 1000);
`;

const noOtherUsers = await lacks("other-users");

/** From the processes of a real PM2 daemon to a firing alert. The list is read every ten seconds. */
describe("alerts about PM2 processes", () => {
  let pm2: TestPm2;
  let other: TestPm2 | undefined;
  let api: TestApi;
  beforeAll(async () => {
    pm2 = await testPm2();
    if (!noOtherUsers) other = await testPm2({ uid: 4_001 });
    const PM2_DAEMONS = [pm2, other].flatMap((daemon) => daemon?.home ?? []).join(",");
    api = await startApi({ pm2Home: pm2.home, env: { PM2_DAEMONS } });
    await other?.start({ name: "broken", source: "process.exit(1)", maxRestarts: 2 });
    await pm2.start({ name: "calm", source: "setInterval(() => {}, 1000)" });
    await Promise.all([
      pm2.start({ name: "halted", source: "setInterval(() => {}, 1000)" }).then(() => pm2.command("stop", "halted")),
      pm2.start({ name: "broken", source: "process.exit(1)", maxRestarts: 2 }),
      pm2.start({ name: "deaf", source: deaf }),
      pm2.start({ name: "crowd", source: deaf, instances: 2, fields: { exec_mode: "cluster" } }),
      pm2.start({ name: "team", source: deaf, fields: { exec_mode: "cluster" } }),
      // PM2 takes an end after a second for one after a good start: it never gives this one up.
      pm2.start({ name: "looping", source: "setTimeout(() => process.exit(1), 1200)" }),
    ]);
  });
  afterAll(async () => {
    await api?.close();
    await Promise.all([pm2?.close(), other?.close()]);
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

  test.skipIf(noOtherUsers).concurrent("one of another user's daemon fires by its own id", async () => {
    const id = `#4001@${other?.home.replaceAll("/", "%2F")}:broken`;
    const rule = await makeRule(api, { condition: { kind: "process-failed" }, subjects: { names: [id, "calm"] } });
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual([id]);
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
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual(["looping"]);
  });

  test.concurrent("one that closes its port and lives on fires; unknown ports and what never listened do not", async () => {
    const portsOf = async (name: string) =>
      (await api.ask("GET", `/api/deployments/${name}/details`)).body.details.ports?.map(
        ({ port }: { port: number }) => port,
      );
    await eventually(async () => expect(await portsOf("deaf")).toHaveLength(1));
    const [port] = await portsOf("deaf");
    // PM2's daemon listens for both apps in cluster mode.
    expect(await portsOf("crowd")).toBeUndefined();
    const named = await makeRule(api, {
      condition: { kind: "process-not-listening", port },
      subjects: { names: ["deaf", "halted", "crowd"] },
    });
    const any = await makeRule(api, { condition: { kind: "process-not-listening" }, subjects: { names: [] } });
    await eventually(() => expect(api.deps.database.prepare(known).get()).toBeDefined(), 200);
    expect([await firing(api, named), await firing(api, any)]).toEqual([[], []]);
    await api.ask("POST", "/api/deployments/deaf/signal", { body: { signal: "SIGHUP" } });
    await api.ask("POST", "/api/deployments/crowd/signal", { body: { signal: "SIGHUP" } });
    await until(api, named, "firing");
    await until(api, any, "firing");
    expect([await firing(api, named), await firing(api, any)]).toEqual([["deaf"], ["deaf"]]);
    // A new run that listens elsewhere has given up the old port.
    await api.ask("POST", "/api/deployments/deaf/restart");
    await until(api, any, "resolved");
    expect(await firing(api, named)).toEqual(["deaf"]);
    await api.ask("POST", "/api/deployments/deaf/stop");
    await until(api, named, "resolved");
    // With a single app in cluster mode, what PM2's daemon listens on is its own.
    await pm2.command("delete", "crowd");
    await eventually(async () => expect(await portsOf("team")).toHaveLength(1));
  }); // six readings, ten seconds apart
});
