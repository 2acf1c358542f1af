import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServiceUpdate } from "../../shared/protocol/update.ts";
import { AppError } from "../../shared/server/errors.ts";
import { silentLog } from "../../shared/server/log.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startRegistry, type TestRegistry } from "../../shared/testing/peers/registry.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "../database/database.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { createUpdateChecks, waitBetween } from "./checks.ts";
import { createUpdateStore } from "./store.ts";

const engine = testEngine();
const without = await lacks("docker", "registry");
const mark = `aid-test-${randomBytes(4).toString("hex")}`;
/** Reports healthy after a second, which is sooner than without a health check. */
const healthy = { healthcheck: ["true"] };

describe.skipIf(without)("newer images", () => {
  let api: TestApi;
  let registry: TestRegistry;
  const { docker } = engine;
  beforeAll(async () => {
    api = await startApi({ dockerHost: engine.dockerHost });
    registry = await startRegistry();
  });
  afterAll(async () => {
    const containers = await docker.listContainers({ all: true, filters: { name: [mark] } });
    for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true });
    for (const { tags, digests, id } of await api.deps.docker.images.list()) {
      const ours = [...tags, ...digests].some((name) => name.includes(registry.host) || name.includes(mark));
      if (ours) await docker.getImage(id).remove({ force: true });
    }
    await registry.stop();
    await api.close();
  });

  /** Pulls a reference and runs a container of it. */
  const serve = async (name: string, reference: string) => {
    await api.deps.docker.images.pull(reference, { signal: new AbortController().signal });
    const container = await docker.createContainer({
      Image: reference,
      name,
      StopTimeout: 0,
      Env: ["KEPT=1"],
      HostConfig: { NetworkMode: "host" },
    });
    await container.start();
  };
  const check = async (service: string) =>
    api.ended(await api.ask("POST", "/api/updates/check", { body: { service } }));
  const statusOf = async (service: string): Promise<ServiceUpdate> => {
    const { body } = await api.ask("GET", "/api/updates");
    return body.services.find((one: ServiceUpdate) => one.service === service);
  };
  const look = (name: string) => docker.getContainer(name).inspect();

  test("are shown, installed, and rolled back with one call", async () => {
    const name = `${mark}-shop`;
    const reference = `${registry.host}/shop:1`;
    const first = await registry.push(docker, "shop:1", healthy);
    await serve(name, reference);
    expect(await statusOf(name)).toMatchObject({ reference, state: "unknown", digest: first, newest: null });
    await check(name);
    expect(await statusOf(name)).toMatchObject({ state: "current", newest: first, previous: null });

    const second = await registry.push(docker, "shop:1", healthy);
    const looked = await check(name);
    expect(looked).toMatchObject({ state: "succeeded", result: { checked: 1, newer: 1, failed: 0 } });
    expect(await statusOf(name)).toMatchObject({ state: "newer", digest: first, newest: second });

    const before = await look(name);
    const job = await api.ended(await api.ask("POST", `/api/services/${name}/update`));
    expect(job).toMatchObject({ kind: "service:update", state: "succeeded", target: name });
    expect(job.result).toMatchObject({ changed: true, digest: second, previousDigest: first });
    expect(job.steps.map(({ id }) => id)).toContain("phase check");
    const after = await look(name);
    expect(after.Id).not.toBe(before.Id);
    expect(after).toMatchObject({ Image: job.result?.imageId, State: { Running: true }, Config: { Image: reference } });
    expect(after.Config.Env).toContain("KEPT=1");
    expect(await statusOf(name)).toMatchObject({ state: "current", digest: second, previous: { digest: first } });

    const again = await api.ended(await api.ask("POST", `/api/services/${name}/update`));
    expect(again.result).toMatchObject({ changed: false, id: after.Id });

    const back = await api.ended(await api.ask("POST", `/api/services/${name}/go-back`));
    expect(back).toMatchObject({ state: "succeeded", result: { digest: first } });
    expect(await look(name)).toMatchObject({ Image: before.Image, Config: { Image: reference } });
    expect(await statusOf(name)).toMatchObject({ state: "newer", previous: { digest: second } });
    expect(api.emitted.filter(({ event }) => event === "services:changed").length).toBeGreaterThan(1);
  });

  test.each([
    ["end", { script: "exit 3" }, /ended right after its start/],
    ["end without an error", { script: "exit 0" }, /ended right after its start/],
    ["never get healthy", { healthcheck: ["false"] }, /not healthy/],
  ])("that %s are left by themselves", async (word, variant, message) => {
    const repository = `bad-${word.replaceAll(" ", "-")}`;
    const name = `${mark}-${repository}`;
    const reference = `${registry.host}/${repository}:1`;
    await registry.push(docker, `${repository}:1`, healthy);
    await serve(name, reference);
    const before = await look(name);
    const bad = await registry.push(docker, `${repository}:1`, variant);
    const job = await api.ended(await api.ask("POST", `/api/services/${name}/update`));
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "conflict", message: expect.stringMatching(message) },
    });
    expect(job.error?.message).toMatch(/runs its previous image again/);
    expect(await look(name)).toMatchObject({ Image: before.Image, State: { Running: true } });
    expect((await api.deps.docker.images.identify(reference)).id).toBe(before.Image);
    expect(await statusOf(name)).toMatchObject({ state: "newer", newest: bad, previous: null });
    expect((await api.ask("POST", `/api/services/${name}/go-back`)).status).toBe(202);
  });

  test("are not checked where none can exist, and a failed check is reported", async () => {
    const { name } = await engine.run();
    expect(await statusOf(name)).toMatchObject({ reference: "busybox:local", state: "local" });
    const gone = await startRegistry();
    await gone.push(docker, "app:1");
    await serve(`${mark}-gone`, `${gone.host}/app:1`);
    await gone.stop();
    expect((await check(`${mark}-gone`)).result).toMatchObject({ checked: 1, failed: 1 });
    expect(await statusOf(`${mark}-gone`)).toMatchObject({
      state: "unknown",
      problem: expect.stringMatching(/cannot be reached/),
    });
    await docker.getContainer(`${mark}-gone`).remove({ force: true });
    await docker.getImage(`${gone.host}/app:1`).remove({ force: true });
    const refused = await api.ended(await api.ask("POST", `/api/services/${name}/go-back`));
    expect(refused).toMatchObject({ state: "failed", error: { code: "conflict" } });
    await engine.removeAll();
  });

  test("are visible and installable only for callers who may see the service", async () => {
    const { name } = await engine.run();
    const other = await engine.run();
    const operator = await api.loginAs("operator", { services: [name] });
    const { body } = await api.ask("GET", "/api/updates", { cookie: operator });
    expect(body.services.map(({ service }: ServiceUpdate) => service)).toEqual([name]);
    for (const ref of [other.name, "unknown-container"]) {
      for (const action of ["update", "go-back"]) {
        expect((await api.ask("POST", `/api/services/${ref}/${action}`, { cookie: operator })).status).toBe(403);
      }
      const asked = await api.ask("POST", "/api/updates/check", { cookie: operator, body: { service: ref } });
      expect(asked.status).toBe(403);
    }
    // A check of everything that a caller may see is not recorded as one of all services.
    const narrow = await api.loginAs("operator", { services: [`${mark}-none`] });
    const checked = await api.ended(await api.ask("POST", "/api/updates/check", { cookie: narrow, body: {} }));
    expect(checked).toMatchObject({ target: `${mark}-none`, result: { checked: 0 } });
    expect((await api.ask("POST", "/api/services/unknown-container/update")).status).toBe(404);
    expect((await api.ask("POST", "/api/services/-x/update")).status).toBe(400);
    const viewer = await api.loginAs("viewer");
    expect((await api.ask("POST", `/api/services/${name}/update`, { cookie: viewer })).status).toBe(403);
    await engine.removeAll();
  });
});

describe("automatic checks", () => {
  const inUse = ["one", "two", "three"].map((name) => ({
    id: name,
    name,
    reference: `r.example/${name}:1`,
    imageId: name,
    composeProject: null,
    digests: [`r.example/${name}@sha256:${"a".repeat(64)}`],
  }));

  test("repeat, pause for a registry that limits requests, and end when closed", async () => {
    const folder = await tempFolder("updates");
    const database = openDatabase(folder.path);
    const store = createUpdateStore(database);
    let asked = 0;
    let rounds = 0;
    const images = {
      inUse: async () => inUse,
      registryDigest: async () => {
        asked++;
        throw new AppError("rate_limited", "The registry limits requests.");
      },
    };
    const checks = createUpdateChecks({
      docker: { images } as never,
      registries: { authFor: () => undefined },
      store,
      log: silentLog(),
      everyHours: () => 1,
      wait: () => {
        rounds++;
        return 1;
      },
    });
    await eventually(() => rounds > 3);
    await checks.close();
    expect(asked).toBeLessThanOrEqual(2); // two are checked at once, and none after that
    const [first] = await checks.status();
    expect(first).toMatchObject({ state: "unknown", problem: expect.stringMatching(/limits requests/) });
    database.close();
    await folder.remove();
  });
});

test("however few hours are set, registries are not asked more than four times an hour", () => {
  for (const hours of [1e-9, 0.01, 0.25]) expect(waitBetween(hours)).toBeGreaterThanOrEqual(15 * 60_000);
  expect(waitBetween(10)).toBeGreaterThanOrEqual(8 * 3_600_000);
});
