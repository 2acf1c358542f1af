import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { isFault, statusOf } from "../../shared/health/container-status.ts";
import type { AlertEvent } from "../../shared/protocol/alert.ts";
import type { Service, ServiceDetail } from "../../shared/protocol/service.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useTempFolder } from "../../shared/testing/use-temp-folder.ts";
import { startApi } from "../testing/api-server.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { firing, historyOf, makeRule, until } from "./testing.ts";

/** Situations in which other monitors of containers were found to be wrong. */
describe.skipIf(await lacks("docker")).concurrent("situations that other monitors reported wrongly", () => {
  const folder = useTempFolder("reports");
  const { engine, api } = useDockerApi();
  const serviceOf = async (name: string, of = api): Promise<Service> =>
    (await of.ask("GET", "/api/services")).body.services.find((service: Service) => service.name === name);
  const stoppedRule = (name: string, of = api) =>
    makeRule(of, { condition: { kind: "container-stopped" }, subjects: { names: [name] } });

  test("a container in a restart loop is never reported as up", async () => {
    // It runs for most of the time: the Engine waits long only after many restarts.
    const loop = await engine.run({ name: "loop", script: "sleep 3; exit 1", restart: "always" });
    await eventually(async () => {
      const service = await serviceOf(loop.name);
      expect([service.state, service.restartCount]).toEqual(["running", expect.any(Number)]);
      expect(service.restartCount).toBeGreaterThan(0);
      const verdict = statusOf(service, Date.now());
      expect([verdict.status, isFault(verdict)]).toEqual(["restarting", true]);
    });
  });

  test("a migration that ended with 0 does not make its stack unhealthy", async () => {
    const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": "migrate" };
    const job = await engine.run({ name: "migrate", script: "exit 0", labels });
    const other = await engine.run({ name: "bad", script: "exit 1", labels });
    const rule = await makeRule(api, {
      condition: { kind: "container-stopped" },
      subjects: { names: [job.name, other.name] },
    });
    await until(api, rule, "firing");
    await eventually(async () =>
      expect(statusOf(await serviceOf(job.name), Date.now())).toEqual({ status: "finished", shouldRun: false }),
    );
    expect(await firing(api, rule)).toEqual([other.name]);
  });

  test("an unhealthy container that someone stops is left alone, and its last health fires nothing", async () => {
    const box = await engine.run({ name: "stopped-ill", health: "false", restart: "unless-stopped" });
    const healing = { limit: 5, withinSeconds: 600, backoffSeconds: 1 };
    await eventually(async () => (await box.container.inspect()).State.Health?.Status === "unhealthy");
    await box.container.stop();
    const condition = { kind: "container-unhealthy" };
    const rule = await makeRule(api, { condition, subjects: { names: [box.name] }, healing });
    // Another one is restarted by such a rule meanwhile: had this one been, it would show by now.
    const other = await engine.run({ name: "running-ill", health: "false" });
    const second = await makeRule(api, { condition, subjects: { names: [other.name] }, healing });
    await until(api, second, "healing");
    expect(await historyOf(api, rule)).not.toContain("healing");
    expect((await box.container.inspect()).State).toMatchObject({ Running: false, Health: { Status: "unhealthy" } });
    const detail: ServiceDetail = (await api.ask("GET", `/api/services/${box.name}`)).body.service;
    expect([detail.state, detail.health]).toEqual(["exited", "none"]);
    expect((await serviceOf(box.name)).health).toBe("none");
  });

  test("a container that an updater stops, removes and recreates fires nothing", async () => {
    const box = await engine.run({ name: "updated", script: "trap 'exit 2' TERM; while :; do sleep 0.1; done" });
    const rule = await stoppedRule(box.name);
    await box.container.stop();
    await box.container.remove();
    engine.adopt(box.name);
    const next = await engine.docker.createContainer({
      name: box.name,
      Image: "busybox:local",
      Cmd: ["/bin/sh", "-c", "exec sleep 1000000"],
      HostConfig: { NetworkMode: "host" },
    });
    await next.start();
    const other = await engine.run({ name: "crash", script: "exit 1" });
    await until(api, await stoppedRule(other.name), "firing");
    expect(await historyOf(api, rule)).toEqual([]);
  });

  test("a crash after a reload signal is a crash", async () => {
    const box = await engine.run({
      name: "reloaded",
      script: "trap 'touch /tmp/reloaded' HUP; while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 5",
    });
    const rule = await stoppedRule(box.name);
    const run = async (...command: string[]) =>
      void (await (await box.container.exec({ Cmd: command })).start({ Detach: true }));
    await box.container.kill({ signal: "SIGHUP" });
    await run("/bin/sh", "-c", "while [ ! -e /tmp/reloaded ]; do sleep 0.1; done; touch /tmp/end");
    await until(api, rule, "firing");
    const [event] = (await api.ask("GET", `/api/alerts/history?rule=${rule}`)).body.events as AlertEvent[];
    expect(event?.detail).toBe("ended with exit code 5");
  });

  test("exit code 137 without an out-of-memory kill is not reported as one", async () => {
    const box = await engine.run({ name: "killed", script: "kill -9 $$; exit 137" });
    await eventually(async () =>
      expect((await serviceOf(box.name)).lastRun).toMatchObject({ exitCode: 137, oomKilled: false }),
    );
  });

  test("a failed restart while the server was down fires at the next start", async () => {
    const source = join(folder.path, "gone");
    await mkdir(source);
    const name = engine.adopt(`aid-test-unwatched-${process.pid}`);
    const container = await engine.docker.createContainer({
      name,
      Image: "busybox:local",
      Cmd: ["/bin/sh", "-c", "sleep 1; exit 0"],
      HostConfig: {
        NetworkMode: "host",
        RestartPolicy: { Name: "unless-stopped" },
        Mounts: [{ Type: "bind", Source: source, Target: "/x" }],
      },
    });
    await container.start();
    await rmdir(source);
    await eventually(async () => {
      const { State } = await container.inspect();
      expect([State.Status, State.Error !== ""]).toEqual(["exited", true]);
    });
    const later = await startApi({ dockerHost: engine.dockerHost });
    try {
      const rule = await stoppedRule(name, later);
      await until(later, rule, "firing");
      await eventually(async () => {
        const verdict = statusOf(await serviceOf(name, later), Date.now());
        expect(verdict).toEqual({ status: "start-failed", shouldRun: true });
      });
    } finally {
      await later.close();
    }
  });
});
