import { describe, expect, test } from "vitest";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startSocketProxy } from "../../shared/testing/peers/socket-proxy.ts";
import type { Answer } from "../access/testing.ts";
import { startApi } from "../testing/api-server.ts";
import { useDockerApi } from "../testing/docker-api.ts";

const withoutDocker = await lacks("docker");

describe.skipIf(withoutDocker)("containers", () => {
  const { engine, api } = useDockerApi();
  /** The result of an action, from its response or from its job. */
  const outcomeOf = async ({ status, body }: Answer) => {
    if (status !== 202) {
      expect(status).toBe(200);
      return body;
    }
    const { state, result } = await api.deps.jobs.finished(body.job.id);
    expect(state).toBe("succeeded");
    return result;
  };
  const namesOf = (services: { name: string }[]) => services.map(({ name }) => name);

  test("are all listed, also those created elsewhere, without secrets", async () => {
    const { id, name } = await engine.run({ env: ["SECRET=abc123"], labels: { evil: '"><script>' } });
    const { status, body, text } = await api.ask("GET", "/api/services");
    expect(status).toBe(200);
    expect(body.engine).toEqual({ state: "up" });
    expect(body.services).toContainEqual(expect.objectContaining({ id, name, state: "running" }));
    const detail = await api.ask("GET", `/api/services/${name}`);
    expect(detail.body.service).toMatchObject({ id, name, environmentNames: expect.arrayContaining(["SECRET"]) });
    expect(detail.body.service.labels.evil).toBe('"><script>');
    expect(text + detail.text).not.toContain("abc123");
  });

  test("are listed by id, and one that is gone is left out", async () => {
    const [web, db] = [await engine.run(), await engine.run()];
    const gone = "f".repeat(64);
    const { body } = await api.ask("GET", `/api/services?ids=${web.id},${gone}`);
    expect(namesOf(body.services)).toEqual([web.name]);
    expect(body.engine).toEqual({ state: "up" });
    const all = await api.ask("GET", "/api/services");
    expect(namesOf(all.body.services)).toEqual(expect.arrayContaining([web.name, db.name]));
  });

  test.each([
    ["an abbreviated id", "ids=0123456789ab"],
    ["a name", "ids=web"],
    ["none", "ids="],
    ["too many", `ids=${Array.from({ length: 21 }, () => "a".repeat(64)).join(",")}`],
    ["another parameter", "id=web"],
  ])("are not listed by %s", async (_title, query) => {
    const { status, body } = await api.ask("GET", `/api/services?${query}`);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
  });

  test("are stopped, started and restarted, and the viewers are notified", async () => {
    const { id, name } = await engine.run();
    api.emitted.length = 0;
    for (const [action, state] of [
      ["stop", "exited"],
      ["start", "running"],
      ["restart", "running"],
    ] as const) {
      const { service } = await outcomeOf(await api.ask("POST", `/api/services/${id}/${action}`));
      expect(service).toMatchObject({ state });
    }
    const { State } = await engine.docker.getContainer(id).inspect();
    expect(State.Running).toBe(true);
    const change = { containerName: name, containerId: id, action: "stop", timestamp: expect.any(String) };
    expect(api.emitted).toContainEqual({ namespace: "services", event: "services:changed", data: change });
    const notified = api.emitted.filter(({ event }) => event === "status");
    expect(notified.map(({ room, data }) => [room, (data as { status: string }).status])).toEqual([
      [id, "exited"],
      [name, "exited"],
      [id, "running"],
      [name, "running"],
      [id, "running"],
      [name, "running"],
    ]);
  });

  test("that run are removed only by force", async () => {
    const { name } = await engine.run();
    const refused = await api.ask("DELETE", `/api/services/${name}`);
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    api.emitted.length = 0;
    await outcomeOf(await api.ask("DELETE", `/api/services/${name}?force=true&volumes=true`));
    expect((await api.ask("GET", `/api/services/${name}`)).status).toBe(404);
    expect(api.emitted.map(({ event }) => event)).toContain("services:changed");
  });

  test("that are removed when they stop are reported as being removed", async () => {
    const made = await engine.docker.createContainer({
      Image: "busybox:local",
      Cmd: ["sleep", "1000"],
      StopTimeout: 0,
      HostConfig: { NetworkMode: "host", AutoRemove: true },
    });
    await made.start();
    const { service } = await outcomeOf(await api.ask("POST", `/api/services/${made.id}/stop`));
    expect(service.id).toBe(made.id);
    expect(["removing", "exited"]).toContain(service.state);
    await eventually(async () => (await api.ask("GET", `/api/services/${made.id}`)).status === 404);
  });

  test.each([
    "-f",
    "--help",
    ";id",
    "$(id)",
    "a%0Ab",
    "a%20b",
    "..%2fx",
    "..%2f..%2finfo",
    "a%2500b",
    "x%2Fexec",
    "a".repeat(300),
  ])("of the hostile name %s are refused or not found, and nothing happens", async (name) => {
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/stop"],
      ["DELETE", "?force=true"],
    ] as const) {
      const { status, body } = await api.ask(method, `/api/services/${name}${path}`);
      expect([400, 404]).toContain(status);
      expect(body).toMatchObject({ success: false, requestId: expect.any(String) });
    }
  });

  test("are not removed with an unknown query", async () => {
    const { name } = await engine.run();
    const { status, body } = await api.ask("DELETE", `/api/services/${name}?force=true&recursive=1`);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
    expect((await api.ask("GET", `/api/services/${name}`)).status).toBe(200);
  });

  test("are hidden from those limited to others, by list and by id alike", async () => {
    const mine = await engine.run({ name: "mine" });
    const other = await engine.run({ name: "other" });
    const cookie = await api.loginAs("operator", { services: [mine.name] });
    const { body } = await api.ask("GET", "/api/services", { cookie });
    expect(namesOf(body.services)).toEqual([mine.name]);
    expect((await api.ask("GET", `/api/services/${mine.id}`, { cookie })).status).toBe(200);
    for (const ref of [other.name, other.id, "no-such-container"]) {
      const { status, body } = await api.ask("GET", `/api/services/${ref}`, { cookie });
      expect([status, body.code]).toEqual([403, "forbidden"]);
      expect((await api.ask("POST", `/api/services/${ref}/stop`, { cookie })).status).toBe(403);
      expect((await api.ask("DELETE", `/api/services/${ref}?force=true`, { cookie })).status).toBe(403);
    }
    expect((await engine.docker.getContainer(other.id).inspect()).State.Running).toBe(true);
  });

  test("cannot be changed by viewers", async () => {
    const { name, id } = await engine.run();
    const cookie = await api.loginAs("viewer");
    expect((await api.ask("GET", `/api/services/${name}`, { cookie })).status).toBe(200);
    expect((await api.ask("POST", `/api/services/${name}/stop`, { cookie })).status).toBe(403);
    expect((await api.ask("DELETE", `/api/services/${name}?force=true`, { cookie })).status).toBe(403);
    expect((await engine.docker.getContainer(id).inspect()).State.Running).toBe(true);
  });
});

describe("without a responding Engine", () => {
  test("the list is empty with the reason, and everything else keeps working", async () => {
    const alone = await startApi();
    try {
      const { status, body } = await alone.ask("GET", "/api/services");
      expect(status).toBe(200);
      expect(body).toEqual({ success: true, services: [], engine: { state: "absent", hint: expect.any(String) } });
      const one = await alone.ask("GET", "/api/services/web");
      expect([one.status, one.body.code]).toEqual([503, "upstream_unavailable"]);
      expect(one.text).not.toContain("/nonexistent");
      expect((await alone.ask("GET", "/api/system/stats")).body.stats.containers).toBeNull();
    } finally {
      await alone.close();
    }
  });

  test.skipIf(withoutDocker)("a hung Engine is answered with 503, and other parts do not wait for it", async () => {
    const proxy = await startSocketProxy(testEngine().socketPath);
    const hung = await startApi({ dockerHost: `unix://${proxy.path}` });
    try {
      proxy.hang();
      const answered: string[] = [];
      const slow = hung.ask("GET", "/api/services/web").finally(() => answered.push("slow"));
      expect((await hung.ask("GET", "/health")).status).toBe(200);
      expect(answered).toEqual([]);
      expect((await slow).status).toBe(503);
      const { body } = await hung.ask("GET", "/api/services");
      expect(body.engine.state).toBe("down");
    } finally {
      await hung.close();
      await proxy.close();
    }
  });
});
