import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { testEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { createDockerEngine } from "../docker/docker-engine.ts";

const without = await lacks("docker");
const engine = testEngine();
const { networks, volumes } = createDockerEngine({ dockerHost: engine.dockerHost });
const own = (name: string) => `aid-test-${name}-${randomBytes(4).toString("hex")}`;

describe.skipIf(without)("networks and volumes", () => {
  const made: { networks: string[]; volumes: string[] } = { networks: [], volumes: [] };
  afterAll(async () => {
    await engine.removeAll();
    for (const name of made.networks) await engine.docker.getNetwork(name).remove().catch(ignore);
    for (const name of made.volumes) await engine.docker.getVolume(name).remove().catch(ignore);
  });
  const ignore = () => undefined;
  const network = async () => {
    const name = own("net");
    made.networks.push(name);
    return networks.create({ name, internal: false, labels: { TOKEN: "abc123", evil: '"><script>' } });
  };

  test("a network is created, listed with its containers, and disconnected from them", async () => {
    const { id, name } = await network();
    const box = await engine.run({ name: "bare", network: "none" });
    await engine.docker.getNetwork("none").disconnect({ Container: box.id });
    await networks.connect(id, box.id, { aliases: ["db"] });
    const detail = await networks.detail(name);
    expect(detail).toMatchObject({ id, driver: "bridge", builtIn: false, internal: false });
    expect(detail.subnets[0]).toMatch(/\/\d+$/);
    expect(detail.usedBy).toEqual([{ id: box.id, name: box.name, running: true }]);
    expect(detail.endpoints).toEqual([
      { container: box.name, ipAddress: expect.stringMatching(/^\d/), macAddress: expect.any(String) },
    ]);
    expect(detail.labels).toMatchObject({ TOKEN: "********", evil: '"><script>' });
    await expect(networks.remove(id)).rejects.toMatchObject({ code: "conflict" });
    await networks.disconnect(id, box.id, { force: false });
    expect((await networks.detail(id)).usedBy).toEqual([]);
    await networks.remove(id);
    await expect(networks.detail(id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("a network of a stopped container cannot be removed", async () => {
    const { id, name } = await network();
    const { id: container } = await engine.docker.createContainer({
      Image: "busybox:local",
      HostConfig: { NetworkMode: name },
    });
    expect((await networks.list()).find((one) => one.id === id)?.usedBy).toMatchObject([{ running: false }]);
    await expect(networks.remove(id)).rejects.toMatchObject({ code: "conflict" });
    await engine.docker.getContainer(container).remove();
    await networks.remove(id);
  });

  test("a network is found by its whole name or id, and the Engine's own cannot be removed", async () => {
    const { id, name } = await network();
    for (const part of [id.slice(0, 12), name.slice(0, -1)]) {
      await expect(networks.detail(part)).rejects.toMatchObject({ code: "not_found" });
    }
    for (const bad of ["-f", "$(id)", "a b", "../x", "x?force=1", "x/connect"]) {
      await expect(networks.detail(bad)).rejects.toMatchObject({ code: "invalid_input" });
      await expect(volumes.detail(bad)).rejects.toMatchObject({ code: "invalid_input" });
    }
    await expect(networks.remove("host")).rejects.toMatchObject({ code: "conflict" });
    const again = networks.create({ name, internal: false, labels: {} });
    await expect(again).rejects.toMatchObject({ code: "conflict" });
  });

  test("a volume is created once, listed with its mounts, and cannot be removed while a container uses it", async () => {
    const name = own("volume");
    made.volumes.push(name);
    await volumes.create({ name, labels: { SECRET: "abc123" } });
    await expect(volumes.create({ name, labels: {} })).rejects.toMatchObject({ code: "conflict" });
    const { id: container } = await engine.docker.createContainer({
      Image: "busybox:local",
      HostConfig: { NetworkMode: "none", Binds: [`${name}:/data:ro`] },
    });
    const detail = await volumes.detail(name);
    expect(detail).toMatchObject({ driver: "local", anonymous: false, labels: { SECRET: "********" } });
    expect(detail.usedBy).toMatchObject([{ id: container, running: false }]);
    expect(detail.mounts).toEqual([{ container: detail.usedBy[0]?.name, destination: "/data", readOnly: true }]);
    await expect(volumes.remove(name)).rejects.toMatchObject({ code: "conflict" });
    await engine.docker.getContainer(container).remove();
    await volumes.remove(name);
    await expect(volumes.remove(name)).rejects.toMatchObject({ code: "not_found" });
    expect((await volumes.list()).map((volume) => volume.name)).not.toContain(name);
  });

  test("the password of a network share is masked", async () => {
    const name = own("share");
    made.volumes.push(name);
    const DriverOpts = { type: "cifs", device: "//host/share", o: "username=ada,password=abc123,vers=3" };
    await engine.docker.createVolume({ Name: name, Driver: "local", DriverOpts });
    const { options } = await volumes.detail(name);
    expect(options.o).toContain("username=ada");
    expect(JSON.stringify(options)).not.toContain("abc123");
  });
});
