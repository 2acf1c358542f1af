import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PruneKind, PrunePreview } from "../../shared/protocol/disk.ts";
import { type PrivateEngine, startPrivateEngine } from "../../shared/testing/engine.ts";
import { lacks, TEST_IMAGE } from "../../shared/testing/parts.ts";
import { createDockerEngine, type DockerEngine } from "../docker/docker-engine.ts";

const without = await lacks("private-engine");

describe.skipIf(without)("disk usage", () => {
  let engine: PrivateEngine;
  let docker: DockerEngine;
  beforeAll(async () => {
    engine = await startPrivateEngine();
    docker = createDockerEngine({ dockerHost: engine.dockerHost });
  });
  afterAll(() => engine?.close());

  const { signal } = new AbortController();
  const group = (preview: PrunePreview, kind: PruneKind) => {
    const found = preview.groups.find((one) => one.kind === kind);
    if (!found) throw new Error(`no group ${kind}`);
    return found;
  };
  const everything = (preview: PrunePreview) => preview.groups.flatMap(({ items }) => items);
  /** A new image with one more layer on top of another. */
  const commit = async (from: string, reference: string | undefined, bytes: number) => {
    const { container } = await engine.run({ script: `head -c ${bytes} /dev/urandom > /layer` });
    await container.wait();
    const [repo, tag] = reference?.split(":") ?? [];
    const { Id } = (await container.commit({ repo, tag })) as { Id: string };
    await container.remove();
    return { id: Id, from };
  };

  test("is reported by kind, with the bytes that a prune would free", async () => {
    const { name } = await engine.run({ script: "head -c 500000 /dev/zero > /file; exec sleep 1000" });
    await engine.docker.createVolume({ Name: "idle" });
    const usage = await docker.disk.usage();
    expect(usage.images).toMatchObject({ count: 1, inUse: 1, reclaimable: 0 });
    expect(usage.images.size).toBeGreaterThan(100_000);
    expect(usage.containers).toMatchObject({ count: 1, inUse: 1, reclaimable: 0 });
    expect(usage.volumes).toMatchObject({ count: 1, inUse: 0 });
    expect(usage.volumeSizes).toEqual({ idle: 0 });
    expect(await docker.disk.usage()).toBe(usage);
    await engine.docker.getContainer(name).remove({ force: true });
    await docker.volumes.remove("idle");
  });

  test("is freed as the preview shows, for the chosen items only", async () => {
    await engine.run({ name: "keeper" });
    const stopped = await engine.run({ script: "head -c 300000 /dev/zero > /file" });
    await stopped.container.wait();
    const dangling = await commit(TEST_IMAGE, undefined, 200_000);
    const unused = await commit(TEST_IMAGE, "old:1", 100_000);
    await engine.docker.getImage(unused.id).tag({ repo: "older", tag: "1" });
    await engine.docker.createVolume({ Name: "data" });
    const anonymous = (await engine.docker.createVolume({})).name;
    const network = await docker.networks.create({ name: "nobody", internal: false, labels: {} });

    const preview = await docker.disk.preview("ada");
    const ids = (kind: PruneKind) => group(preview, kind).items.map(({ id }) => id);
    expect(ids("containers")).toEqual([stopped.id]);
    expect(ids("danglingImages")).toEqual([dangling.id]);
    expect(ids("unusedImages")).toEqual([unused.id]);
    expect(ids("namedVolumes")).toEqual(["data"]);
    expect(ids("anonymousVolumes")).toEqual([anonymous]);
    expect(ids("networks")).toEqual([network.id]);
    // A container uses busybox, so only the layers on top of it are freed.
    expect(group(preview, "danglingImages").size).toBe(200_000);
    expect(group(preview, "unusedImages").size).toBe(100_000);
    expect(group(preview, "containers").size).toBeGreaterThanOrEqual(300_000);

    const chosen = everything(preview).filter(({ kind }) => kind !== "namedVolumes");
    const result = await docker.disk.prune(preview.id, chosen, { signal });
    expect(result).toMatchObject({ removed: 5, left: [] });
    expect(result.reclaimed).toBeGreaterThanOrEqual(600_000);
    expect((await docker.volumes.list()).map(({ name }) => name)).toEqual(["data"]);
    expect((await docker.images.list()).map(({ tags }) => tags)).toEqual([[TEST_IMAGE]]);
    expect((await docker.networks.list()).map(({ name }) => name)).not.toContain("nobody");
  });

  test("counts a layer that several removed images share once", async () => {
    const base = await commit(TEST_IMAGE, "base:1", 400_000);
    for (const name of ["one:1", "two:1"]) {
      const container = await engine.docker.createContainer({
        // Each by a different command: layers with an equal history count as one.
        Image: base.id,
        Cmd: ["/bin/sh", "-c", `head -c 50000 /dev/urandom > /${name.replace(":", "-")}`],
        HostConfig: { NetworkMode: "host" },
      });
      await container.start();
      await container.wait();
      const [repo, tag] = name.split(":");
      await container.commit({ repo, tag });
      await container.remove();
    }
    const preview = await docker.disk.preview("ada");
    expect(group(preview, "unusedImages").items).toHaveLength(3);
    expect(group(preview, "unusedImages").size).toBe(500_000);
    const result = await docker.disk.prune(preview.id, group(preview, "unusedImages").items, { signal });
    expect(result).toMatchObject({ removed: 3, reclaimed: 500_000 });
  });

  test("is kept for items in use since the preview, with the reason", async () => {
    const stopped = await engine.run({ script: "exec sleep 1000", start: false });
    const image = await commit(TEST_IMAGE, "late:1", 1_000);
    await docker.volumes.create({ name: "late", labels: {} });
    const network = await docker.networks.create({ name: "late", internal: true, labels: {} });
    const preview = await docker.disk.preview("ada");
    await stopped.container.start();
    await engine.docker.getImage(image.id).tag({ repo: "late", tag: "2" });
    await engine.docker.createContainer({
      Image: TEST_IMAGE,
      HostConfig: { NetworkMode: "late", Binds: ["late:/data"] },
    });
    const names = [stopped.name, "late:1", "late", "late"];
    const chosen = everything(preview).filter(({ name }) => names.includes(name));
    const result = await docker.disk.prune(preview.id, chosen, { signal });
    expect(result.removed).toBe(0);
    expect(result.left.map(({ name }) => name).sort()).toEqual(names.sort());
    expect((await docker.volumes.detail("late")).usedBy).toHaveLength(1);
    await expect(docker.networks.remove(network.id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("is freed only by a known preview, and only for its items", async () => {
    const preview = await docker.disk.preview("ada");
    const stranger = [{ kind: "namedVolumes" as const, id: "other" }];
    expect(() => docker.disk.check("unknown", stranger)).toThrow(/has expired/);
    expect(() => docker.disk.check(preview.id, stranger)).toThrow(/not part of the preview/);
    await expect(docker.disk.prune(preview.id, stranger, { signal })).rejects.toMatchObject({ code: "invalid_input" });
  });
});
