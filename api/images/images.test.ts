import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobStep } from "../../shared/protocol/job.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startRegistry, startStalledRegistry, type TestRegistry } from "../../shared/testing/peers/registry.ts";
import { createDockerEngine } from "../docker/docker-engine.ts";
import { maskHistory } from "./image-history.ts";
import { toRegistryAuth } from "./image-pull.ts";

const without = await lacks("docker", "registry");
const engine = testEngine();
const { images } = createDockerEngine({ dockerHost: engine.dockerHost });
/** `ada` with the password `secret`. */
const htpasswd = "ada:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";

describe.skipIf(without)("images", () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(async () => {
    await engine.removeAll();
    await forget(registry.host);
    await registry.stop();
  });
  const forget = async (host: string) => {
    for (const { tags } of await images.list())
      for (const tag of tags.filter((name) => name.startsWith(host))) await images.remove(tag, { force: true });
  };
  const signal = () => new AbortController().signal;

  test("are pulled with the progress of each layer, and have the digest of the registry", async () => {
    const digest = await registry.push(engine.docker, "app:1", { bytes: 300_000 });
    const steps: JobStep[] = [];
    const reference = `${registry.host}/app:1`;
    const pulled = await images.pull(reference, { signal: signal(), onStep: (step) => steps.push(step) });
    expect(pulled).toEqual({ reference, id: expect.stringMatching(/^sha256:/), digest });
    const layers = new Map(steps.map((step) => [step.id, step]));
    expect(layers.size).toBe(2);
    expect([...layers.values()].map(({ state }) => state)).toEqual(["done", "done"]);
    expect(await images.registryDigest(reference)).toBe(digest);
    const [listed] = (await images.list()).filter(({ tags }) => tags.includes(reference));
    expect(listed).toMatchObject({ id: pulled.id, digests: [`${registry.host}/app@${digest}`], usedBy: [] });
  });

  test("that cannot be pulled report the reason of the registry", async () => {
    const missing = images.pull(`${registry.host}/none:1`, { signal: signal() });
    await expect(missing).rejects.toMatchObject({ code: "not_found" });
    await expect(images.registryDigest(`${registry.host}/none:1`)).rejects.toMatchObject({ code: "not_found" });
    const nowhere = images.pull("127.0.0.1:1/app:1", { signal: signal() });
    await expect(nowhere).rejects.toMatchObject({ code: "upstream_unavailable" });
    for (const bad of ["-x", "$(id)", "a b", "../x"]) {
      await expect(images.pull(bad, { signal: signal() })).rejects.toMatchObject({ code: "invalid_input" });
      await expect(images.detail(bad)).rejects.toMatchObject({ code: "invalid_input" });
    }
  });

  test("are not pulled further after a cancellation", async () => {
    await registry.push(engine.docker, "big:1", { bytes: 15_000_000 });
    const stalled = await startStalledRegistry(registry);
    const reference = `${stalled.host}/big:1`;
    const abort = new AbortController();
    const downloads: JobStep[] = [];
    const pull = images.pull(reference, {
      signal: abort.signal,
      onStep(step) {
        if (step.state !== "downloading") return;
        downloads.push(step);
        abort.abort();
      },
    });
    await expect(pull).rejects.toThrow();
    expect(downloads[0]?.current).toBeGreaterThan(0);
    expect(downloads[0]?.total).toBeGreaterThan(15_000_000);
    await stalled.close();
    await expect(images.identify(reference)).rejects.toMatchObject({ code: "not_found" });
  });

  test("are pulled from a private registry with its credentials only", async () => {
    const closed = await startRegistry({ htpasswd });
    try {
      await closed.push(engine.docker, "app:1");
      const reference = `${closed.host}/app:1`;
      await expect(images.pull(reference, { signal: signal() })).rejects.toMatchObject({ code: "forbidden" });
      const ada = { username: "ada", serveraddress: closed.host };
      const wrong = toRegistryAuth({ ...ada, password: "wrong" });
      const refused = images.pull(reference, { signal: signal(), registryAuth: wrong });
      await expect(refused).rejects.toMatchObject({ code: "forbidden" });
      const registryAuth = toRegistryAuth({ ...ada, password: "secret" });
      await images.pull(reference, { signal: signal(), registryAuth });
      expect(await images.registryDigest(reference, { registryAuth })).toMatch(/^sha256:/);
    } finally {
      await forget(closed.host);
      await closed.stop();
    }
  });

  test("are shown in full without a secret, with the containers that use them", async () => {
    const { name, id } = await engine.run();
    const labels = { evil: '"><script>', API_TOKEN: "abc123" };
    await registry.push(engine.docker, "shown:1", { labels, env: ["SECRET=abc123"] });
    const pulled = await images.pull(`${registry.host}/shown:1`, { signal: signal() });
    const detail = await images.detail(pulled.id);
    expect(detail.environmentNames).toContain("SECRET");
    expect(detail.labels.evil).toBe('"><script>');
    expect(JSON.stringify(detail)).not.toContain("abc123");
    expect(detail.layers.length).toBeGreaterThan(1);
    expect((await images.detail("busybox:local")).usedBy).toContainEqual({ id, name, running: true });
  });

  test("are tagged and untagged without being removed; one in use is removed only by force", async () => {
    await registry.push(engine.docker, "named:1");
    const { id, reference } = await images.pull(`${registry.host}/named:1`, { signal: signal() });
    const second = `${registry.host}/named:kept`;
    await images.tag(id, second);
    expect((await images.identify(id)).tags.sort()).toEqual([reference, second].sort());
    expect(await images.remove(second, { force: false })).toEqual({ untagged: 1, deleted: 0 });
    const { id: container } = await engine.docker.createContainer({
      Image: reference,
      HostConfig: { NetworkMode: "host" },
    });
    await expect(images.remove(id, { force: false })).rejects.toMatchObject({ code: "conflict" });
    await engine.docker.getContainer(container).remove();
    expect((await images.remove(id, { force: false })).deleted).toBeGreaterThan(0);
    await eventually(() => expect(images.identify(id)).rejects.toMatchObject({ code: "not_found" }));
  });
});

test.each([
  ["/bin/sh -c #(nop)  ENV SECRET=abc123 OTHER=x y", ["SECRET", "OTHER"], "ENV SECRET=******** OTHER=********"],
  ["ENV SECRET abc123", ["SECRET"], "ENV SECRET=********"],
  ["ARG TOKEN=abc123", [], "ARG TOKEN=********"],
  ["ARG TOKEN", [], "ARG TOKEN"],
  ["RUN |1 TOKEN=a b /bin/sh -c make # buildkit", [], "RUN |1 ******** /bin/sh -c make # buildkit"],
  ["|1 TOKEN=abc123 curl x", [], "|1 ********"],
  ["RUN /bin/sh -c curl --token abc123 x", [], "RUN /bin/sh -c curl --token ******** x"],
])("hides values in the history entry %j", (text, names, shown) => {
  expect(maskHistory(text, names)).toBe(shown);
});
