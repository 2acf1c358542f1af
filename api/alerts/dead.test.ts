import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import type { Alert, AlertEvent } from "../../shared/protocol/alert.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useTempFolder } from "../../shared/testing/use-temp-folder.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { firing, historyOf, makeRule, until } from "./testing.ts";

/** A container that is dead is reported as dead, by whatever way it died, until it runs again. */
describe.skipIf(await lacks("docker")).concurrent("a container that is dead", () => {
  const folder = useTempFolder("dead");
  const { engine, api } = useDockerApi();

  const serviceOf = async (name: string, cookie?: string): Promise<Service> => {
    const { body } = await api.ask("GET", "/api/services", cookie ? { cookie } : {});
    return body.services.find((service: Service) => service.name === name);
  };
  const countRule = { kind: "container-restarts", count: 1, withinSeconds: 10 };

  test("that its policy could not restart fires until it runs, and is never reported as resolved", async () => {
    const source = join(folder.path, "source");
    await mkdir(source);
    const name = engine.adopt(`aid-test-dead-${process.pid}`);
    const container = await engine.docker.createContainer({
      name,
      Image: "busybox:local",
      Cmd: ["/bin/sh", "-c", "[ -e /x/stay ] && exec sleep 1000000; sleep 2; exit 3"],
      Env: ["DB_PASSWORD=hunter22secret"],
      HostConfig: {
        NetworkMode: "host",
        RestartPolicy: { Name: "always" },
        Mounts: [{ Type: "bind", Source: source, Target: "/x" }],
      },
    });
    const [stopped, loop] = await Promise.all([
      makeRule(api, { condition: { kind: "container-stopped" }, subjects: { names: [name] } }),
      makeRule(api, { condition: countRule, subjects: { names: [name] } }),
    ]);
    await container.start();
    // The first restart succeeds and counts for the rule about loops; the second fails.
    await until(api, loop, "firing");
    await rmdir(source);
    await until(api, stopped, "firing");
    expect(
      (await api.ask("GET", "/api/alerts")).body.alerts.find((alert: Alert) => alert.ruleId === stopped),
    ).toMatchObject({ subject: { name }, detail: "ended with exit code 3, and Docker could not restart it" });
    // Its window of ten seconds passes: another count over the same window shows when.
    const other = await engine.run({
      name: "window",
      script: "sleep 1; [ -e /tmp/again ] && exec sleep 1000000; touch /tmp/again; exit 1",
      restart: "always",
      start: false,
    });
    const second = await makeRule(api, { condition: countRule, subjects: { names: [other.name] } });
    await other.container.start();
    await until(api, second, "firing");
    await until(api, second, "resolved");
    expect(await historyOf(api, loop)).toEqual(["firing"]);
    expect(await firing(api, stopped)).toEqual([name]);

    expect(await serviceOf(name)).toMatchObject({
      state: "exited",
      restartPolicy: "always",
      lastRun: { exitCode: 3, startFailed: true, error: expect.stringContaining("no such file or directory") },
    });
    const viewer = await api.loginAs("viewer");
    expect((await serviceOf(name, viewer)).lastRun).not.toHaveProperty("error");
    const looked = await api.ask("GET", `/api/services/${name}/inspect`, { cookie: viewer });
    expect(looked.text).not.toContain("no such file or directory");
    expect((await api.ask("GET", `/api/services/${name}/inspect`)).text).toContain("no such file or directory");

    await mkdir(source);
    await container.start();
    await until(api, stopped, "resolved");
    await rmdir(source);
  });

  test("that the kernel killed for lack of memory has crashed, and the alert names the cause", async () => {
    const script = 'x=$(head -c 64000000 /dev/zero | tr "\\0" a)';
    const box = await engine.run({ name: "hungry", script, memory: 16 * 1024 ** 2 });
    const rule = await makeRule(api, { condition: { kind: "container-stopped" }, subjects: { names: [box.name] } });
    await until(api, rule, "firing");
    // A busy Engine reports the cause after the end, or misses it: then the container is killed once more.
    await eventually(async () => {
      const { Running, OOMKilled } = (await box.container.inspect()).State;
      if (!Running && !OOMKilled) await box.container.start();
      return !Running && OOMKilled;
    }, 1_000);
    const alert = async () =>
      (await api.ask("GET", "/api/alerts")).body.alerts.find((one: Alert) => one.ruleId === rule) as Alert;
    await eventually(async () =>
      expect((await alert()).detail).toBe("ended with exit code 137, killed for lack of memory"),
    );
    await eventually(async () =>
      expect((await serviceOf(box.name)).lastRun).toMatchObject({ exitCode: 137, oomKilled: true }),
    );
  });

  test("and was unhealthy stays unhealthy until a check says otherwise", async () => {
    const box = await engine.run({
      name: "ill",
      health: "test -e /tmp/well",
      script: "while [ ! -e /tmp/end ]; do sleep 0.2; done; rm /tmp/end; exit 4",
    });
    const rule = await makeRule(api, { condition: { kind: "container-unhealthy" }, subjects: { names: [box.name] } });
    const stopped = await makeRule(api, { condition: { kind: "container-stopped" }, subjects: { names: [box.name] } });
    await until(api, rule, "firing");
    const run = async (command: string) =>
      void (await (await box.container.exec({ Cmd: ["/bin/sh", "-c", command] })).start({ Detach: true }));
    await run("touch /tmp/end");
    await until(api, stopped, "firing");
    expect(await historyOf(api, rule)).toEqual(["firing"]);
    await box.container.start();
    await until(api, stopped, "resolved");
    expect(await historyOf(api, rule)).toEqual(["firing"]);
    await run("touch /tmp/well");
    await until(api, rule, "resolved");
  });

  test("after a stop by the panel or at a terminal is stopped, and after a kill from inside has crashed", async () => {
    const names = ["by-panel", "by-hand", "by-itself"];
    const script = "trap 'exit 7' TERM; while [ ! -e /tmp/end ]; do sleep 0.1; done; kill -9 $$; exit 137";
    const boxes = await Promise.all(names.map((name) => engine.run({ name, script })));
    const [panel, hand, itself] = boxes.map(({ name }) => name) as [string, string, string];
    const rule = await makeRule(api, {
      condition: { kind: "container-stopped" },
      subjects: { names: [panel, hand, itself] },
    });
    await api.ask("POST", `/api/services/${panel}/stop`, { body: {} });
    await boxes[1]?.container.stop();
    const exec = await boxes[2]?.container.exec({ Cmd: ["touch", "/tmp/end"] });
    await exec?.start({ Detach: true });
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual([itself]);
    const requested = async (name: string) => (await serviceOf(name)).lastRun?.stopRequested;
    await eventually(async () => expect(await requested(itself)).toBe(false));
    expect([await requested(panel), await requested(hand)]).toEqual([true, true]);
    const { body } = await api.ask("GET", `/api/alerts/history?rule=${rule}`);
    expect(body.events.map(({ subject }: AlertEvent) => subject.name)).toEqual([itself]);
  });
});
