import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks } from "../../shared/testing/parts.ts";
import { startRegistry, type TestRegistry } from "../../shared/testing/peers/registry.ts";
import { startApi } from "../testing/api-server.ts";
import { useDockerApi } from "../testing/docker-api.ts";

const without = await lacks("docker", "registry");
/** `ada` with the password `secret`. */
const htpasswd = "ada:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
const someId = `sha256:${"0".repeat(64)}`;

describe.skipIf(without)("images, volumes, networks and disk", () => {
  const { engine, api } = useDockerApi();
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry({ htpasswd });
  });
  afterAll(() => registry.stop());

  test("a private image is pulled by a job once its registry has a log-in, which no response contains", async () => {
    await registry.push(engine.docker, "app:1", { bytes: 100_000 });
    const reference = `${registry.host}/app:1`;
    const pull = () => api.ask("POST", "/api/images/pull", { body: { reference } });
    expect(await api.ended(await pull())).toMatchObject({ state: "failed", error: { code: "forbidden" } });

    const login = { host: registry.host, username: "ada", password: "wrong" };
    const refused = await api.ask("POST", "/api/registries", { body: login });
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
    const made = await api.ask("POST", "/api/registries", { body: { ...login, password: "secret" } });
    expect(made.status).toBe(201);
    const listed = await api.ask("GET", "/api/registries");
    expect(listed.body.registries).toEqual([made.body.registry]);
    expect(made.text + listed.text).not.toMatch(/secret|password/);

    const job = await api.ended(await pull());
    expect(job).toMatchObject({ kind: "image:pull", target: reference, state: "succeeded", result: { reference } });
    expect(job.steps.map(({ state }) => state)).toEqual(job.steps.map(() => "done"));
    const { id } = job.result as { id: string };
    const detail = await api.ask("GET", `/api/images/${id}`);
    expect(detail.body.image).toMatchObject({ id, tags: [reference] });

    const second = `${registry.host}/app:kept`;
    expect((await api.ask("POST", `/api/images/${id}/tag`, { body: { reference: second } })).status).toBe(200);
    const untag = `/api/images/${id}?reference=${encodeURIComponent(second)}`;
    expect((await api.ask("DELETE", untag)).body).toMatchObject({ untagged: 1, deleted: 0 });
    expect((await api.ask("DELETE", untag)).status).toBe(404);
    expect((await api.ask("DELETE", `/api/images/${id}`)).status).toBe(200);
    expect((await api.ask("GET", `/api/images/${id}`)).status).toBe(404);

    expect((await api.ask("DELETE", `/api/registries/${made.body.registry.id}`)).status).toBe(200);
    expect(await api.ended(await pull())).toMatchObject({ state: "failed" });
  });

  test("volumes and networks are created, used and removed", async () => {
    const name = `aid-test-${randomBytes(4).toString("hex")}`;
    const { name: box } = await engine.run({ network: "none" });
    expect((await api.ask("POST", "/api/volumes", { body: { name } })).status).toBe(201);
    expect((await api.ask("POST", "/api/volumes", { body: { name } })).body.code).toBe("conflict");
    expect((await api.ask("DELETE", `/api/volumes/${name}`)).status).toBe(200);

    await engine.docker.getNetwork("none").disconnect({ Container: box });
    const made = await api.ask("POST", "/api/networks", { body: { name, subnet: "10.213.78.0/24" } });
    expect(made.body.network).toMatchObject({ name, subnets: ["10.213.78.0/24"], usedBy: [] });
    const joined = await api.ask("POST", `/api/networks/${name}/connect`, { body: { container: box } });
    expect(joined.body.network.usedBy).toMatchObject([{ name: box, running: true }]);
    expect((await api.ask("DELETE", `/api/networks/${name}`)).body.code).toBe("conflict");
    const left = await api.ask("POST", `/api/networks/${name}/disconnect`, { body: { container: box } });
    expect(left.body.network.usedBy).toEqual([]);
    expect((await api.ask("DELETE", `/api/networks/${name}`)).status).toBe(200);
  });

  test("a prune removes items of its preview, and refuses any other", async () => {
    const name = `aid-test-${randomBytes(4).toString("hex")}`;
    await api.ask("POST", "/api/volumes", { body: { name } });
    const { body } = await api.ask("GET", "/api/disk/prune");
    const item = { kind: "namedVolumes", id: name };
    const prune = (preview: string, items: object[]) =>
      api.ask("POST", "/api/disk/prune", { body: { preview, items } });
    expect((await prune("other", [item])).body.code).toBe("gone");
    expect((await prune(body.preview.id, [{ ...item, id: "unknown" }])).body.code).toBe("invalid_input");
    const job = await api.ended(await prune(body.preview.id, [item]));
    expect(job).toMatchObject({ state: "succeeded", result: { removed: 1, left: [] } });
    expect((await api.ask("GET", `/api/volumes/${name}`)).status).toBe(404);
    expect((await api.ask("GET", "/api/disk")).body.usage.images.count).toBeGreaterThan(0);
  });

  test.each(["-x", "--help", ";id", "$(id)", "a b", "../x", "a\u0000b", "http://a/b", "u:p@host/x", "a".repeat(600)])(
    "takes %j neither for an image, a volume, a network nor a registry",
    async (bad) => {
      const bodies: [string, object][] = [
        ["/api/images/pull", { reference: bad }],
        [`/api/images/${someId}/tag`, { reference: bad }],
        ["/api/volumes", { name: bad }],
        ["/api/networks", { name: bad }],
        ["/api/registries", { host: bad, username: "a", password: "b" }],
      ];
      for (const [path, body] of bodies) expect((await api.ask("POST", path, { body })).status).toBe(400);
      for (const kind of ["images", "volumes", "networks"]) {
        const { status } = await api.ask("GET", `/api/${kind}/${encodeURIComponent(bad)}`);
        expect([400, 404]).toContain(status);
      }
    },
  );

  test("refuses unknown keys, such as options of volume drivers", async () => {
    const options = { type: "none", o: "bind", device: "/" };
    const bodies: [string, object][] = [
      ["/api/volumes", { name: "x", driverOpts: options }],
      ["/api/networks", { name: "x", driver: "host" }],
      ["/api/images/pull", { reference: "x", platform: "y" }],
      ["/api/networks", { name: "x", gateway: "10.0.0.1" }],
      ["/api/networks", { name: "x", subnet: "10.0.0.0/99" }],
    ];
    for (const [path, body] of bodies) expect((await api.ask("POST", path, { body })).status).toBe(400);
  });

  test("is refused for callers limited to some containers, and read-only for viewers", async () => {
    const limited = await api.loginAs("operator", { services: ["web"] });
    const viewer = await api.loginAs("viewer");
    for (const path of ["images", "volumes", "networks", "disk", "disk/prune"]) {
      expect((await api.ask("GET", `/api/${path}`, { cookie: limited })).status).toBe(403);
      expect((await api.ask("GET", `/api/${path}`, { cookie: viewer })).status).toBe(200);
    }
    const body = { reference: "busybox" };
    for (const cookie of [limited, viewer]) {
      expect((await api.ask("POST", "/api/images/pull", { cookie, body })).status).toBe(403);
      expect((await api.ask("GET", "/api/registries", { cookie })).status).toBe(403);
      expect((await api.ask("DELETE", `/api/images/${someId}`, { cookie })).status).toBe(403);
    }
  });
});

test("without an Engine each list reports it, and a pull fails with a clear error", async () => {
  const api = await startApi();
  try {
    for (const path of ["images", "volumes", "networks", "disk", "disk/prune"]) {
      const { status, body } = await api.ask("GET", `/api/${path}`);
      expect([status, body.code]).toEqual([503, "upstream_unavailable"]);
    }
    const { body } = await api.ask("POST", "/api/images/pull", { body: { reference: "nginx" } });
    expect(await api.deps.jobs.finished(body.job.id)).toMatchObject({ error: { code: "upstream_unavailable" } });
  } finally {
    await api.close();
  }
});
