import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../shared/protocol/job.ts";
import { removeContainer, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startLossyEngine } from "../../shared/testing/peers/lossy-engine.ts";
import {
  type StalledRegistry,
  startRegistry,
  startStalledRegistry,
  type TestRegistry,
} from "../../shared/testing/peers/registry.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { createCatalogue } from "./catalogue.ts";
import { testEntry } from "./testing.ts";

const without = await lacks("docker", "registry");
const engine = testEngine();
const { docker } = engine;

describe.skipIf(without)("the catalogue", () => {
  let registry: TestRegistry;
  let stalled: StalledRegistry;
  let api: TestApi;
  const own = randomBytes(4).toString("hex");
  let count = 0;
  const freshName = () => `aid-test-${own}-${++count}`;

  beforeAll(async () => {
    registry = await startRegistry();
    stalled = await startStalledRegistry(registry);
    const image = `${registry.host}/greeter`;
    await registry.push(docker, "greeter:1");
    await registry.push(docker, "greeter:2", { bytes: 20_000_000 });
    const entries = [
      testEntry(image),
      testEntry(image, {
        id: "failing",
        command: ["/bin/sh", "-c", 'echo "cannot use $GREETER_PASSWORD" >&2; exit 3'],
      }),
      testEntry(image, {
        id: "sick",
        health: { test: ["CMD", "false"], intervalSeconds: 1, timeoutSeconds: 1, retries: 1 },
        startSeconds: 5,
      }),
      testEntry(`${stalled.host}/greeter`, { id: "stalled" }),
    ];
    api = await startApi({ dockerHost: engine.dockerHost, change: () => ({ catalogue: createCatalogue(entries) }) });
  });
  afterAll(async () => {
    await api?.close();
    const filters = { name: [`aid-test-${own}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      await removeContainer(docker, Id);
    }
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) await docker.getVolume(Name).remove();
    for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
    for (const tag of ["1", "2"])
      await docker
        .getImage(`${registry.host}/greeter:${tag}`)
        .remove({ force: true })
        .catch(() => undefined);
    await stalled?.close();
    await registry?.stop();
  });

  const asked = async (more: object = {}) => ({
    name: freshName(),
    tag: "1",
    network: { kind: "own" },
    hostPorts: { web: await freePort() },
    ...more,
  });
  const install = async (body: object, entry = "greeter") =>
    await api.ask("POST", `/api/catalogue/${entry}/install`, { body });
  const finished = async (body: object, entry?: string): Promise<Job> => api.ended(await install(body, entry));
  const claim = (job: Pick<Job, "id">, as: object = {}) =>
    api.ask("POST", `/api/catalogue/installs/${job.id}/credentials`, { body: {}, ...as });
  const remains = async (name: string) => {
    const filters = { name: [name] };
    const [containers, volumes, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listVolumes({ filters }),
      docker.listNetworks({ filters }),
    ]);
    return [containers.length, volumes.Volumes?.length ?? 0, networks.length];
  };

  test("previews exactly what would be created, without a secret and without creating it", async () => {
    const body = await asked({ answers: { GREETER_USER: "eve", UPSTREAM_PASSWORD: "tops3cret" }, memory: 64 });
    const { status, body: answer, text } = await api.ask("POST", "/api/catalogue/greeter/preview", { body });
    expect(status).toBe(200);
    const { preview } = answer;
    expect(preview).toMatchObject({
      image: `${registry.host}/greeter:1`,
      problems: [],
      page: `http://127.0.0.1:${body.hostPorts.web}/`,
    });
    expect(preview.document).toMatchObject({
      Labels: { "ai-desktop.catalogue": "greeter" },
      HostConfig: {
        PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: String(body.hostPorts.web) }] },
        Mounts: [{ Type: "volume", Source: `${body.name}-data`, Target: "/data" }],
        SecurityOpt: ["no-new-privileges:true"],
        RestartPolicy: { Name: "unless-stopped" },
        Memory: 64 * 1024 * 1024,
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      },
    });
    expect(preview.document.Env).toContain("GREETER_PASSWORD=••••••••");
    expect(preview.document.Env).toContain("GREETER_USER=eve");
    expect(preview.command).toContain(`--publish 127.0.0.1:${body.hostPorts.web}:8080`);
    expect(preview.command).toContain(`docker network create ${body.name}`);
    expect(preview.compose).toContain('test -n "$$GREETER_PASSWORD"');
    expect(text).not.toContain("tops3cret");
    expect(await remains(body.name)).toEqual([0, 0, 0]);
  });

  test("creates the previewed container, healthy, on loopback only, and marks the entry as installed", async () => {
    const body = await asked();
    const { preview } = (await api.ask("POST", "/api/catalogue/greeter/preview", { body })).body;
    const job = await finished(body);
    expect(job).toMatchObject({
      state: "succeeded",
      error: null,
      result: { entry: "greeter", name: body.name, credentials: 3 },
    });
    const page = await fetch(`http://127.0.0.1:${body.hostPorts.web}/`);
    expect(await page.text()).toContain("hello");

    const made = await docker.getContainer(body.name).inspect();
    expect(made.State.Health?.Status).toBe("healthy");
    expect(made.HostConfig).toMatchObject(preview.document.HostConfig);
    expect(made.HostConfig).toMatchObject({ Privileged: false, Binds: null, CapAdd: null, PidMode: "" });
    expect(made.Config.Labels["ai-desktop.catalogue"]).toBe("greeter");
    const volume = await docker.getVolume(`${body.name}-data`).inspect();
    expect(volume.Labels).toEqual({ "ai-desktop.catalogue": "greeter" });

    const { entries } = (await api.ask("GET", "/api/catalogue")).body;
    const [entry] = entries.filter(({ id }: { id: string }) => id === "greeter");
    expect(entry.installed).toContainEqual({ id: made.Id, name: body.name, state: "running" });
    const limited = await api.loginAs("operator", { services: ["other"] });
    const seen = (await api.ask("GET", "/api/catalogue/greeter", { cookie: limited })).body;
    expect(seen.entry.installed).toEqual([]);
    expect(seen.networks).toEqual([]);
  });

  test("returns the credentials once, to the caller who started it, and no secret to others", async () => {
    const operator = await api.loginAs("operator");
    const body = await asked({ answers: { GREETER_USER: "eve" } });
    const begun = await api.ask("POST", "/api/catalogue/greeter/install", { body, cookie: operator });
    const job = await api.deps.jobs.finished(begun.body.job.id);
    expect(job.state).toBe("succeeded");
    expect((await claim(job)).status).toBe(404); // the administrator is somebody else
    const { status, body: answer } = await claim(job, { cookie: operator });
    expect(status).toBe(200);
    const [user, password, address] = answer.credentials;
    expect(user).toEqual({ label: "User", value: "eve", secret: false });
    expect(password.value).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(address.value).toBe(`http://eve:${password.value}@127.0.0.1:${body.hostPorts.web}/`);
    const env = (await docker.getContainer(body.name).inspect()).Config.Env;
    expect(env).toContain(`GREETER_PASSWORD=${password.value}`);

    expect((await claim(job, { cookie: operator })).body.code).toBe("gone");
    const trail = await api.ask("GET", "/api/audit?action=catalogue");
    expect(
      trail.body.entries.map(({ action, outcome }: { action: string; outcome: string }) => `${action} ${outcome}`),
    ).toContain("catalogue:install done");
    const jobs = await api.ask("GET", "/api/jobs");
    const detail = await api.ask("GET", `/api/services/${body.name}`);
    for (const text of [JSON.stringify(api.emitted), trail.text, jobs.text, detail.text])
      expect(text).not.toContain(password.value);
  });

  test("rolls everything back when it fails, and shows the last lines without the secret", async () => {
    const body = await asked({ answers: { UPSTREAM_PASSWORD: "tops3cret" } });
    const job = await finished(body, "failing");
    expect(job).toMatchObject({ state: "failed", error: { code: "conflict" } });
    expect(job.error?.message).toMatch(/code 3/);
    expect(job.lines).toContain("cannot use ••••••••");
    expect(await remains(body.name)).toEqual([0, 0, 0]);
    expect((await claim(job)).status).toBe(404);
  });

  test("rolls back although the Engine does not respond for a moment", async () => {
    const lossy = await startLossyEngine(engine.socketPath);
    const catalogue = createCatalogue([
      testEntry(`${registry.host}/greeter`, { command: ["/bin/sh", "-c", "exit 3"] }),
    ]);
    const other = await startApi({ dockerHost: lossy.dockerHost, change: () => ({ catalogue }) });
    try {
      const install = async () => {
        const body = await asked();
        const asks = new Map<string, number>();
        let isMade = false;
        // Once all is made, the first two requests about the container itself, the volume and the network are lost.
        lossy.lose((path) => {
          isMade ||= path.endsWith("/start");
          const [, kind] = /^\/(?:(containers)\/\w+\?|(volumes|networks)\/)/.exec(path)?.filter(Boolean) ?? [];
          if (!isMade || kind === undefined) return false;
          const times = (asks.get(kind) ?? 0) + 1;
          asks.set(kind, times);
          return times <= 2;
        });
        const job = await other.ended(await other.ask("POST", "/api/catalogue/greeter/install", { body }));
        return { job, body, asks };
      };
      const { job, body, asks } = await eventually(async () => {
        const result = await install();
        // A busy Engine can fail by itself before that.
        return result.job.error?.code !== "upstream_unavailable" && result;
      });
      expect(job).toMatchObject({ state: "failed", error: { code: "conflict" } });
      expect(job.steps.at(-1)).toMatchObject({ id: "undo", state: "done" });
      expect(await remains(body.name)).toEqual([0, 0, 0]);
      expect([...asks.keys()].sort()).toEqual(["containers", "networks", "volumes"]);
    } finally {
      await other.close();
      await lossy.close();
    }
  });

  test("removes a container that does not become healthy in time", async () => {
    const body = await asked();
    const job = await finished(body, "sick");
    expect(job.error?.message).toMatch(/health check fails|not healthy/);
    expect(await remains(body.name)).toEqual([0, 0, 0]);
  });

  test("refuses names, ports and volumes that are in use, and does not change them", async () => {
    const { name: taken, id } = await engine.run();
    expect((await install(await asked({ name: taken }))).body).toMatchObject({
      code: "conflict",
      error: /name exists/,
    });
    expect((await docker.getContainer(id).inspect()).State.Running).toBe(true);

    const holder = createServer().listen(0, "127.0.0.1");
    await eventually(() => holder.listening);
    const { port } = holder.address() as { port: number };
    expect((await install(await asked({ hostPorts: { web: port } }))).body).toMatchObject({
      code: "conflict",
      error: /in use/,
    });
    holder.close();

    const body = await asked();
    await docker.createVolume({ Name: `${body.name}-data`, Labels: { mine: "yes" } });
    expect((await install(body)).body).toMatchObject({ code: "conflict", error: /already exists/ });
    expect((await finished({ ...body, reuseVolumes: true }, "failing")).state).toBe("failed");
    expect(await remains(body.name)).toEqual([0, 1, 0]); // what was there before stays
    await engine.removeAll();
  });

  test("suggests the next free port, and another one for a second installation", async () => {
    const { hostPorts: _, ...body } = await asked();
    const port = async () =>
      (await api.ask("POST", "/api/catalogue/greeter/preview", { body })).body.preview.ports[0].hostPort;
    const first = await port();
    const holder = createServer().listen(first, "127.0.0.1");
    await eventually(() => holder.listening);
    expect(await port()).toBeGreaterThan(first);
    holder.close();
  });

  test("ends during the pull of its image when it is cancelled", async () => {
    const body = await asked({ tag: "2" });
    const { job } = (await install(body, "stalled")).body;
    await eventually(
      () =>
        api.deps.jobs.find(job.id)?.job.steps.some(({ id, state }) => id !== "pull" && state === "downloading") ??
        false,
    );
    expect((await api.ask("DELETE", `/api/jobs/${job.id}`)).status).toBe(202);
    expect((await api.deps.jobs.finished(job.id)).state).toBe("cancelled");
    expect(await remains(body.name)).toEqual([0, 0, 0]);
    expect((await claim(job)).status).toBe(404);
  });

  test("accepts fields of the catalogue and nothing else", async () => {
    const good = await asked();
    const bad: object[] = [
      ...["-f", "--help", ";id", "$(id)", "a\nb", "a b", "../x", "a%00b", "x".repeat(300), ""].map((name) => ({
        name,
      })),
      { privileged: true },
      { binds: ["/:/host"] },
      { pid: "host" },
      { capAdd: ["SYS_ADMIN"] },
      { image: "-x" },
      { tag: "latest" },
      { tag: "1@sha256:0" },
      { publish: "0.0.0.0" },
      { hostPorts: { web: 0 } },
      { hostPorts: { web: "1;id" } },
      { hostPorts: { other: 8080 } },
      { answers: { MODE: "loud" } },
      { answers: { GREETER_PASSWORD: "mine" } },
      { answers: { GREETER_USER: "a; id" } },
      { answers: { GREETER_USER: "a\nb" } },
      { answers: { GREETER_USER: "" } },
      { network: { kind: "host" } },
      { network: { kind: "existing", name: "--x" } },
      { memory: 1 },
      { memory: "1g" },
    ];
    for (const change of bad) {
      const answer = await install({ ...good, ...change });
      expect(answer.status, JSON.stringify(change)).toBe(400);
      expect(answer.body.code).toBe("invalid_input");
    }
    for (const network of ["host", "none", "no-such"]) {
      expect((await install({ ...good, network: { kind: "existing", name: network } })).status).toBe(409);
    }
    expect(await remains(good.name)).toEqual([0, 0, 0]);
    for (const id of ["none", "..%2f..%2finfo", "__proto__"]) {
      expect([400, 404]).toContain((await api.ask("GET", `/api/catalogue/${id}`)).status);
    }
    expect((await claim({ id: "nothing" })).status).toBe(404);
  });

  test("publishes on all addresses only when requested, with a warning", async () => {
    const body = await asked({ publish: "public" });
    const { preview } = (await api.ask("POST", "/api/catalogue/greeter/preview", { body })).body;
    expect(preview.document.HostConfig.PortBindings["8080/tcp"][0].HostIp).toBe("");
    expect(preview.warnings.join()).toMatch(/reached from everywhere/);
  });

  test("is refused for callers limited to some containers", async () => {
    const limited = await api.loginAs("operator", { services: ["other"] });
    const viewer = await api.loginAs("viewer");
    const body = await asked();
    for (const cookie of [limited, viewer]) {
      for (const action of ["preview", "install"]) {
        expect((await api.ask("POST", `/api/catalogue/greeter/${action}`, { body, cookie })).status).toBe(403);
      }
    }
    expect((await api.ask("GET", "/api/catalogue", { cookie: viewer })).status).toBe(200);
  });
});

test("can be read without an Engine, and reports that on an installation", async () => {
  const api = await startApi();
  try {
    const { body } = await api.ask("GET", "/api/catalogue");
    expect(body.entries.length).toBeGreaterThanOrEqual(40);
    const { entry, networks } = (await api.ask("GET", "/api/catalogue/postgres")).body;
    expect(entry.tags.length).toBeGreaterThan(0);
    // Not known, which is not "none".
    expect([entry.installed, body.entries[0].installed, networks]).toEqual([null, null, null]);
    const input = { name: "db", tag: "18" };
    const preview = await api.ask("POST", "/api/catalogue/postgres/preview", { body: input });
    expect([preview.status, preview.body.code]).toEqual([503, "upstream_unavailable"]);
  } finally {
    await api.close();
  }
});
