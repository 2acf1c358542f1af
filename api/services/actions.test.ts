import { describe, expect, test } from "vitest";
import type { Job } from "../../shared/protocol/job.ts";
import type { ServiceProcess } from "../../shared/protocol/service-change.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { stackKey } from "./service-access.ts";

const stubborn = "trap '' TERM; while true; do sleep 0.1; done";

describe.skipIf(await lacks("docker"))("a container", () => {
  const { engine, api } = useDockerApi({ change: () => ({ respondWithinMs: 2_000 }) });
  const post = (id: string, action: string, body?: object, cookie?: string) =>
    api.ask("POST", `/api/services/${id}/${action}`, { ...(body ? { body } : {}), ...(cookie ? { cookie } : {}) });
  const inspect = (id: string) => engine.docker.getContainer(id).inspect();
  const jobsIn = (room: string) =>
    api.emitted.filter((event) => event.event === "job" && event.room === room).map(({ data }) => data as Job);

  test("that ignores SIGTERM is stopped by a job, which its rooms receive, and refuses a second action meanwhile", async () => {
    const slow = await engine.run({ script: stubborn, stopTimeout: 600 });
    const stop = await post(slow.id, "stop");
    expect(stop.status).toBe(202);
    expect((await inspect(slow.id)).State.Running).toBe(true);
    const { job } = stop.body;
    expect(job).toMatchObject({ kind: "service:stop", target: slow.name, state: "running" });
    expect((await post(slow.id, "start")).body.code).toBe("conflict");
    await slow.container.kill(); // as the Engine does at the end of its wait
    expect(await api.deps.jobs.finished(job.id)).toMatchObject({ state: "succeeded" });
    expect((await inspect(slow.id)).State.Running).toBe(false);
    for (const room of [slow.id, slow.name]) expect(jobsIn(room).at(-1)).toMatchObject({ state: "succeeded" });
  });

  test("that is being stopped cannot be changed, not even after its job is cancelled, and can be killed", async () => {
    const project = `shop-${Date.now()}`;
    const { id, name } = await engine.run({
      script: stubborn,
      stopTimeout: 600,
      labels: { "com.docker.compose.project": project },
    });
    const { body } = await post(id, "stop");
    const refuses = async () => {
      const answers = await Promise.all([
        ...(["pause", "unpause", "restart"] as const).map((action) => post(id, action, {})),
        post(id, "rename", { name: `${name}-2` }),
        post((await engine.run()).id, "rename", { name }),
        api.ask("PATCH", `/api/services/${id}`, { body: { pids: 9 } }),
        post(id, "recreate", {}),
      ]);
      expect(answers.map(({ body }) => body.error)).toEqual(answers.map(() => expect.stringContaining("under way")));
    };
    await refuses();
    expect(() => api.deps.jobs.acquire({ exclusive: [stackKey(project)] })).toThrow(/under way/);
    // A cancel ends the wait of the caller. The Engine continues to stop the container.
    await api.ask("DELETE", `/api/jobs/${body.job.id}`);
    expect((await api.deps.jobs.finished(body.job.id)).state).toBe("cancelled");
    expect((await inspect(id)).State.Running).toBe(true);
    await refuses();
    expect((await post(id, "kill", { signal: "SIGKILL" })).status).toBe(200);
    await eventually(async () => [200, 202].includes((await post(id, "start")).status));
    await engine.docker.getContainer(id).kill();
  });

  test("cannot be changed while a job changes its whole stack, and can be killed", async () => {
    const project = `shop-${Date.now()}`;
    const { id } = await engine.run({ labels: { "com.docker.compose.project": project } });
    const release = api.deps.jobs.acquire({ exclusive: [stackKey(project)] });
    for (const [action, body] of [["restart"], ["pause", {}], ["recreate", {}], ["update", {}]] as const) {
      expect((await post(id, action, body)).body.code, action).toBe("conflict");
    }
    expect((await api.ask("DELETE", `/api/services/${id}?force=true`)).body.code).toBe("conflict");
    expect((await post((await engine.run()).id, "pause", {})).status).toBe(200);
    expect((await post(id, "kill", { signal: "SIGKILL" })).status).toBe(200);
    release();
    expect([200, 202]).toContain((await post(id, "start")).status);
  });

  test("is paused, resumed, signalled and renamed, and its viewers are notified", async () => {
    const { id, name } = await engine.run({ script: "trap 'exit 7' HUP; while true; do sleep 0.05; done" });
    api.emitted.length = 0;
    expect((await post(id, "pause")).body.service.state).toBe("paused");
    expect((await post(id, "pause")).body.code).toBe("conflict");
    expect((await post(id, "unpause")).body.service.state).toBe("running");
    expect((await post(name, "kill", { signal: "SIGHUP" })).status).toBe(200);
    await eventually(async () => (await inspect(id)).State.ExitCode === 7);
    const renamed = await post(id, "rename", { name: `${name}-2` });
    expect([renamed.status, renamed.body.service.name]).toEqual([200, `${name}-2`]);
    const taken = await post(id, "rename", { name: (await engine.run()).name });
    expect([taken.status, taken.body.error]).toEqual([409, "This name is already taken."]);
    const actions = api.emitted.flatMap(({ event, data }) =>
      event === "services:changed" ? [(data as { action: string }).action] : [],
    );
    expect(actions).toEqual(["pause", "unpause", "kill", "rename"]);
  });

  test("has its limits and restart policy changed while it runs", async () => {
    const { id } = await engine.run();
    const MB = 1024 * 1024;
    const path = `/api/services/${id}`;
    const restartPolicy = { name: "on-failure", retries: 4 };
    const first = await api.ask("PATCH", path, { body: { memory: 64 * MB, cpus: 0.5, pids: 50, restartPolicy } });
    expect(first.body.service.limits).toEqual({
      memoryBytes: 64 * MB,
      cpus: 0.5,
      pids: 50,
      restartPolicy: "on-failure",
      restartRetries: 4,
    });
    // More than memory and swap together before.
    const more = await api.ask("PATCH", path, { body: { memory: 512 * MB, pids: 0 } });
    expect(more.body.service.limits).toMatchObject({ memoryBytes: 512 * MB, pids: null });
    const refused = await api.ask("PATCH", path, { body: { cpus: 4_000 } });
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    for (const body of [{}, { memory: 5 }, { memory: "1g" }, { privileged: true }, { restartPolicy: { name: "x" } }]) {
      expect((await api.ask("PATCH", path, { body })).status, JSON.stringify(body)).toBe(400);
    }
  });

  test("is recreated as a job that reports its steps, and restored when the image does not run", async () => {
    const { id, name } = await engine.run();
    const { status, body } = await post(name, "recreate", {});
    expect(status).toBe(202);
    const job = await api.deps.jobs.finished(body.job.id);
    expect(job).toMatchObject({ state: "succeeded", result: { name, previousImageId: (await inspect(name)).Image } });
    expect(job.steps.map(({ id: step, state }) => `${step} ${state}`)).toEqual(
      ["create", "stop", "start", "check", "clean"].map((step) => `${step} done`),
    );
    expect((await inspect(name)).Id).not.toBe(id);
    const bad = await post(name, "recreate", { image: "no/such:image" });
    const failed = await api.deps.jobs.finished(bad.body.job.id);
    expect(failed).toMatchObject({ state: "failed", error: { code: "not_found" } });
    expect((await inspect(name)).State.Running).toBe(true);
  });

  test("shows its processes and its whole configuration, without secrets", async () => {
    const made = await engine.docker.createContainer({
      Image: "busybox:local",
      name: `${(await engine.run()).name}-secrets`,
      StopTimeout: 0,
      Cmd: ["sh", "-c", "exec sleep 1000001", "--password", "abc123"],
      Env: ["SECRET=abc123"],
      Labels: {
        "db.password": "abc123",
        plain: '"><script>',
        ...(await inspect((await engine.run()).id)).Config.Labels,
      },
      Healthcheck: { Test: ["CMD-SHELL", "check --token abc123"], Interval: 3_600e9 },
      HostConfig: {
        NetworkMode: "host",
        LogConfig: { Type: "syslog", Config: { "syslog-address": "udp://127.0.0.1:9", tag: "t", env: "abc123" } },
        Mounts: [
          {
            Type: "volume",
            Target: "/v",
            Source: "",
            VolumeOptions: {
              DriverConfig: { Name: "local", Options: { type: "tmpfs", device: "tmpfs", o: "uid=abc123" } },
            },
          },
        ],
      },
    } as never);
    const { status, body, text } = await api.ask("GET", `/api/services/${made.id}/inspect`);
    expect(status).toBe(200);
    expect(text).not.toContain("abc123");
    expect(body.document).toMatchObject({ Id: made.id, Config: { Labels: { plain: '"><script>' } } });
    expect(body.document.Config.Env).toContain("SECRET=********");
    expect(body.leftOut).toEqual(expect.arrayContaining(["GraphDriver", "LogPath"]));

    const { id } = await engine.run({
      script: "sleep 1000002 & exec sh -c 'while true; do sleep 1; done' --password abc123",
    });
    const top = await api.ask("GET", `/api/services/${id}/processes`);
    const commands = (top.body.processes as ServiceProcess[]).map(({ command }) => command);
    expect(commands).toContain("sleep 1000002");
    expect(top.text).not.toContain("abc123");
    expect((await api.ask("GET", `/api/services/${made.id}/processes`)).status).toBe(409);
  });

  test("is listed with the time of its last start and the count of its restarts", async () => {
    const { name } = await engine.run({ script: "sleep 0.3; exit 1", restart: "always" });
    await eventually(async () => {
      const { body } = await api.ask("GET", "/api/services");
      const found = body.services.find((service: { name: string }) => service.name === name);
      return (
        found.restartCount > 0 && found.startedAt === new Date((await inspect(name)).State.StartedAt).toISOString()
      );
    });
    await engine.docker.getContainer(name).remove({ force: true });
  });

  test.each([
    ["pause", undefined],
    ["unpause", undefined],
    ["kill", { signal: "SIGTERM" }],
    ["rename", { name: "fine" }],
    ["recreate", {}],
  ])("with a hostile or unknown name cannot be changed: %s", async (action, body) => {
    for (const name of ["-f", ";id", "$(id)", "a%0Ab", "..%2f..%2finfo", "x%2Fexec", "a".repeat(300)]) {
      expect([400, 404]).toContain((await post(name, action, body)).status);
    }
    expect((await post("no-such-container", action, body)).status).toBe(404);
  });

  test("refuses malformed signals, names and images, and unknown fields", async () => {
    const { id, name } = await engine.run();
    for (const [action, body] of [
      ["kill", { signal: "SIGNOTHING" }],
      ["kill", { signal: "9; id" }],
      ["rename", { name: "-f" }],
      ["rename", { name: "a/b" }],
      ["rename", { name: "x" }],
      ["rename", {}],
      ["recreate", { image: "--pull" }],
      ["recreate", { image: "a b" }],
      ["recreate", { force: true }],
    ] as const) {
      expect((await post(id, action, body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await inspect(id)).Name).toBe(`/${name}`);
  });

  test("cannot be changed by viewers or by callers limited to others; only the host scope changes its name and image", async () => {
    const { id, name } = await engine.run();
    const viewer = await api.loginAs("viewer");
    const other = await api.loginAs("operator", { services: ["another"] });
    const own = await api.loginAs("operator", { services: [name] });
    const calls = [
      ["pause", {}],
      ["unpause", {}],
      ["kill", { signal: "SIGKILL" }],
      ["rename", { name: "mine-now" }],
      ["recreate", {}],
    ] as const;
    for (const cookie of [viewer, other]) {
      for (const [action, body] of calls) expect((await post(id, action, body, cookie)).status).toBe(403);
      expect((await api.ask("PATCH", `/api/services/${id}`, { cookie, body: { pids: 9 } })).status).toBe(403);
    }
    for (const path of ["inspect", "processes"]) {
      expect((await api.ask("GET", `/api/services/${id}/${path}`, { cookie: other })).status).toBe(403);
      expect((await api.ask("GET", `/api/services/${id}/${path}`, { cookie: viewer })).status).toBe(200);
    }
    expect((await post(id, "rename", { name: "another" }, own)).status).toBe(403);
    expect((await post(id, "recreate", { image: "busybox:local" }, own)).status).toBe(403);
    expect((await post(id, "pause", {}, own)).status).toBe(200);
    const { Name, State } = await inspect(id);
    expect([Name, State.Paused]).toEqual([`/${name}`, true]);
  });
});
