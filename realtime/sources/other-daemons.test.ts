import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProcesses } from "../../shared/pm2/daemons.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";

const source = "let n = 0; setInterval(() => console.log('line', n++), 200);";

interface Change {
  deploymentId?: string;
  action: string;
}

describe.skipIf(await lacks("other-users"))("a process of another user's PM2 daemon", () => {
  let own: TestPm2;
  let other: TestPm2;
  let realtime: TestRealtime;
  beforeAll(async () => {
    [own, other] = await Promise.all([testPm2(), testPm2({ uid: 4_001 })]);
    await Promise.all([own, other].map((pm2) => pm2.start({ name: "worker", source })));
    realtime = await startRealtime({ processes: createProcesses({ pm2Home: own.home, shown: [other.home] }) });
  });
  afterAll(async () => {
    await realtime?.stop();
    await Promise.all([own?.close(), other?.close()]);
  });

  test("is followed and announced by the id of its daemon, to those whose scope has its user", async () => {
    const id = `#4001@${other.home.replaceAll("/", "%2F")}:worker`;
    realtime.access.add("limited", { limits: { services: null, deployments: ["#4001:*"] } });
    const socket = realtime.connect("deployments", { token: "limited" });
    const lines: string[] = [];
    const changes: Change[] = [];
    socket.on("logs", ({ deploymentId, data }: { deploymentId: string; data: string }) => {
      if (deploymentId === id) lines.push(data);
    });
    socket.on("deployments:changed", (change: Change) => changes.push(change));
    const subscribe = (deploymentId: string) =>
      socket.emitWithAck("subscribe:logs", { deploymentId, pm2Name: "worker", tail: 5 });
    expect(await subscribe(id)).toMatchObject({ success: true });
    await eventually(() => lines.join("").includes("line"));
    expect(await subscribe("worker")).toMatchObject({ success: false, code: "forbidden" });

    // What happens in both daemons is told of the one that may be seen.
    await eventually(async () => {
      await other.command("restart", "worker");
      return changes.some(({ deploymentId, action }) => deploymentId === id && action === "online");
    });
    await own.command("restart", "worker");
    await other.command("stop", "worker");
    await eventually(() => changes.some(({ deploymentId, action }) => deploymentId === id && action === "exit"));
    expect(changes.filter(({ deploymentId }) => deploymentId !== id)).toEqual([]);
  });
});
