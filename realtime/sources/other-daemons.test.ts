import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProcesses } from "../../shared/pm2/daemons.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { nextEvent, startRealtime, type TestRealtime } from "../testing.ts";

const source = "let n = 0; setInterval(() => console.log('line', n++), 200);";

interface Change {
  deploymentId?: string;
  daemon?: string;
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

  test("is reported while the panel's own daemon hangs, and each end and start of a daemon once", async () => {
    const key = `#4001@${other.home.replaceAll("/", "%2F")}`;
    const socket = realtime.connect("deployments");
    const changes: Change[] = [];
    socket.on("deployments:changed", (change: Change) => changes.push(change));
    await nextEvent(socket, "connect");
    const saw = (deploymentId: string, action: string) =>
      eventually(() => changes.some((change) => change.deploymentId === deploymentId && change.action === action));
    const pid = own.daemonPid();
    process.kill(pid, "SIGSTOP");
    try {
      await other.command("restart", "worker");
      await saw(`${key}:worker`, "online");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await own.command("restart", "worker");
    await saw("worker", "online");

    await other.killDaemon();
    await eventually(() => changes.some(({ action }) => action === "daemon:down"));
    await other.start({ name: "worker", source });
    await eventually(() => changes.some(({ action }) => action === "daemon:up"));
    const seen = changes.length;
    await other.command("restart", "worker");
    await eventually(() => changes.slice(seen).some(({ deploymentId }) => deploymentId === `${key}:worker`));
    const ofDaemons = changes.filter(({ action }) => action.startsWith("daemon:"));
    expect(ofDaemons.map(({ daemon, action }) => [daemon, action])).toEqual([
      [key, "daemon:down"],
      [key, "daemon:up"],
    ]);
  });
});
