import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { afterAll, describe, expect, test } from "vitest";
import { removeContainer, testEngine } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { lacks } from "../../../shared/testing/parts.ts";
import { startLossyEngine } from "../../../shared/testing/peers/lossy-engine.ts";
import { createDockerEngine } from "../../docker/docker-engine.ts";
import { mayEnd } from "./recreate.ts";
import type { RecreateEntry, RecreateJournal } from "./recreate-journal.ts";
import type { RecreatePhase } from "./recreate-phases.ts";

const engine = testEngine();
const host = createDockerEngine({ dockerHost: engine.dockerHost });
const { recreate } = host.lifecycle;
const mark = `aid-recreate-${randomBytes(4).toString("hex")}`;
const ends: (() => Promise<unknown>)[] = [];
const signal = new AbortController().signal;

afterAll(async () => {
  const all = await engine.docker.listContainers({ all: true, filters: { name: [mark] } });
  for (const { Id } of all) await removeContainer(engine.docker, Id);
  for (const end of ends.reverse()) await end().catch(() => undefined);
});

let made = 0;
const make = async (options: Docker.ContainerCreateOptions, start = true) => {
  const container = await engine.docker.createContainer({
    Image: "busybox:local",
    Cmd: ["sleep", "1000000"],
    StopTimeout: 0,
    name: `${mark}-${++made}`,
    ...options,
    HostConfig: { NetworkMode: "host", ...options.HostConfig },
  });
  if (start) await container.start();
  return await container.inspect();
};
const inspect = (ref: string) => engine.docker.getContainer(ref).inspect();
const named = async (name: string) =>
  (await engine.docker.listContainers({ all: true, filters: { name: [name] } })).map(({ Names }) => Names[0]);
/** An image that is busybox with other defaults. */
const image = async (changes: string[]) => {
  const container = await engine.docker.createContainer({ Image: "busybox:local", name: `${mark}-i${++made}` });
  const tag = `v${made}`;
  const { Id } = await container.commit({ repo: mark, tag, changes: changes.join("\n") });
  await container.remove();
  ends.push(() => engine.docker.getImage(`${mark}:${tag}`).remove({ force: true }));
  return { reference: `${mark}:${tag}`, id: Id as string };
};

describe.skipIf(await lacks("docker"))("a container that is recreated", () => {
  test("keeps its configuration, its networks with aliases and fixed address, and the data of its volumes", async () => {
    const network = await engine.docker.createNetwork({
      Name: `${mark}-net`,
      Driver: "bridge",
      IPAM: { Config: [{ Subnet: "10.213.77.0/24" }] },
    });
    const second = await engine.docker.createNetwork({ Name: `${mark}-two`, Driver: "bridge" });
    ends.push(
      () => network.remove(),
      () => second.remove(),
      () => engine.docker.getVolume(`${mark}-named`).remove(),
    );
    const before = await make({
      Cmd: ["sh", "-c", "[ -f /data/kept ] || date > /data/kept; exec sleep 1000000"],
      Env: ["SECRET=abc123"],
      User: "0",
      Labels: { mine: "yes" },
      ExposedPorts: { "80/tcp": {} },
      Volumes: { "/data": {} },
      Healthcheck: { Test: ["CMD", "true"], Interval: 1e9, Timeout: 300e9, Retries: 2 },
      HostConfig: {
        NetworkMode: `${mark}-net`,
        Binds: [`${mark}-named:/named`, "/tmp:/host:ro"],
        Mounts: [{ Type: "volume", Source: "", Target: "/mounted" }],
        Tmpfs: { "/scratch": "size=1m" },
        PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] },
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
        Memory: 64 * 1024 * 1024,
        CapDrop: ["NET_RAW"],
        LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      },
      NetworkingConfig: {
        EndpointsConfig: { [`${mark}-net`]: { Aliases: ["db"], IPAMConfig: { IPv4Address: "10.213.77.9" } } },
      },
    } as Docker.ContainerCreateOptions);
    await second.connect({ Container: before.Id, EndpointConfig: { Aliases: ["other"] } });
    const old = await inspect(before.Id);
    // The Engine no longer treats them as anonymous, so they are not removed with the container.
    for (const { Name } of old.Mounts) {
      if (Name && Name !== `${mark}-named`) ends.push(() => engine.docker.getVolume(Name).remove());
    }
    const phases: RecreatePhase[] = [];
    const done = await recreate(old.Id, { signal, onPhase: (phase) => phases.push(phase) });
    const now = await inspect(done.id);

    expect(phases).toEqual(["create", "stop", "start", "check", "clean"]);
    expect(done).toEqual({ id: now.Id, name: old.Name.slice(1), previousImageId: old.Image, leftBehind: null });
    expect(now.Id).not.toBe(old.Id);
    expect([now.Name, now.State.Running, now.Image]).toEqual([old.Name, true, old.Image]);
    await expect(inspect(old.Id)).rejects.toMatchObject({ statusCode: 404 });
    const { Binds: newBinds, Mounts: newMounts, ...newHost } = now.HostConfig;
    const { Binds: oldBinds, Mounts: oldMounts, ...oldHost } = old.HostConfig;
    expect(newHost).toEqual(oldHost);
    const { Hostname: _new, ...config } = now.Config;
    const { Hostname: _old, ...configBefore } = old.Config;
    expect(config).toEqual(configBefore);
    const places = ({ Mounts }: Docker.ContainerInspectInfo) =>
      Mounts.map(({ Type, Name, Source, Destination, RW }) => [Destination, Type, Name, Source, RW]).sort();
    expect(places(now)).toEqual(places(old));
    const { [`${mark}-net`]: first, [`${mark}-two`]: other, ...more } = now.NetworkSettings.Networks;
    expect(first?.IPAddress).toBe("10.213.77.9");
    expect((first as unknown as { Aliases: string[] }).Aliases).toEqual(["db", now.Id.slice(0, 12)]);
    expect((other as unknown as { Aliases: string[] }).Aliases).toContain("other");
    expect(more).toEqual({});
  });

  test("takes the settings that it did not set itself from the new image, and keeps its own", async () => {
    const from = await image(["ENV A=1", "ENV B=1", 'CMD ["sleep", "1000001"]', "LABEL of=old", "WORKDIR /old"]);
    const to = await image(["ENV A=2", "ENV B=2", 'CMD ["sleep", "1000002"]', "LABEL of=new", "WORKDIR /new"]);
    const labels = { "com.docker.compose.image": from.id, own: "kept" };
    const old = await make({ Image: from.reference, Cmd: undefined, Env: ["B=own", "C=own"], Labels: labels }, false);
    const { id, previousImageId } = await recreate(old.Id, { image: to.reference, signal });
    const now = await inspect(id);
    expect(now.Config.Image).toBe(to.reference);
    expect([now.Config.Cmd, now.Config.WorkingDir]).toEqual([["sleep", "1000002"], "/new"]);
    expect(now.Config.Env).toEqual(expect.arrayContaining(["A=2", "B=own", "C=own"]));
    expect(now.Config.Labels).toEqual({ of: "new", own: "kept", "com.docker.compose.image": to.id });
    // And the way back.
    const back = await inspect((await recreate(id, { image: previousImageId, signal })).id);
    expect([back.Image, back.Config.WorkingDir]).toEqual([from.id, "/old"]);
    expect(back.Config.Env).toEqual(expect.arrayContaining(["A=1", "B=own", "C=own"]));
  });

  test.each([
    ["cannot start", ['ENTRYPOINT ["/no/such/program"]'], {}],
    ["ends at once", ['CMD ["false"]'], {}],
    [
      "says that it is not healthy",
      ['HEALTHCHECK --interval=100ms --retries=1 CMD ["false"]', 'CMD ["sleep", "1000"]'],
      {},
    ],
  ])("comes back as it was when the new one %s", async (_why, changes) => {
    const bad = await image(changes);
    const old = await make({
      Cmd: undefined,
      Entrypoint: undefined,
      Image: (await image(['CMD ["sleep", "1000000"]'])).reference,
    });
    const phases: RecreatePhase[] = [];
    const failed = recreate(old.Id, { image: bad.reference, signal, onPhase: (phase) => phases.push(phase) });
    await expect(failed).rejects.toMatchObject({ code: "conflict" });
    expect(phases.at(-1)).toBe("restore");
    const now = await inspect(old.Id);
    expect([now.Name, now.State.Running]).toEqual([old.Name, true]);
    expect(await named(old.Name)).toEqual([old.Name]);
  });

  test("is restored when the recreate is cancelled at any point", async () => {
    for (const at of ["create", "stop", "start", "check"] as const) {
      const old = await make({});
      const abort = new AbortController();
      const onPhase = (phase: RecreatePhase) => phase === at && abort.abort(new Error("cancelled"));
      await expect(recreate(old.Id, { signal: abort.signal, onPhase })).rejects.toThrow();
      const now = await inspect(old.Id);
      expect([now.Name, now.State.Running]).toEqual([old.Name, true]);
      expect(await named(old.Name)).toEqual([old.Name]);
    }
  });

  test("is restored when the response of the Engine is lost, and leaves no unfinished container", async () => {
    const old = await make({});
    const left: RecreateEntry[] = [];
    const ended: string[] = [];
    const journal: RecreateJournal = {
      begin: () => {},
      note: () => {},
      end: (mark) => void ended.push(mark),
      leave: (entry) => void left.push(entry),
    };
    const lossy = await startLossyEngine(engine.socketPath);
    ends.push(lossy.close);
    const through = createDockerEngine({ dockerHost: lossy.dockerHost, recreateJournal: journal }).lifecycle;
    const lose = async (isLost: (path: string) => boolean) => {
      lossy.lose(isLost);
      await expect(through.recreate(old.Id, { signal })).rejects.toMatchObject({ code: "upstream_unavailable" });
      lossy.lose(() => false);
      const now = await inspect(old.Id);
      expect([now.Name, now.State.Running]).toEqual([old.Name, true]);
    };
    // The container was created, and the response with its id was lost.
    await lose((path) => path.startsWith("/containers/create"));
    expect(await named(old.Name)).toEqual([old.Name]);
    expect([left, ended]).toEqual([[], [expect.any(String)]]);

    // The response and the removal were lost: recovery removes the new container, and does not change the old one.
    await lose((path) => path.startsWith("/containers/create") || path.includes(".next-"));
    expect(await named(old.Name)).toHaveLength(2);
    const [entry] = left as [RecreateEntry];
    expect(entry).toMatchObject({ oldId: old.Id, newId: null, wasRunning: false, phase: "create" });
    await engine.docker.getContainer(old.Id).stop({ t: 0 });
    expect(await host.lifecycle.recoverRecreate(entry)).toBe("cleaned");
    expect(await named(old.Name)).toEqual([old.Name]);
    expect((await inspect(old.Id)).State.Running).toBe(false);
    expect(await host.lifecycle.recoverRecreate(entry)).toBe("untouched");
  });

  test("is not started when the old container did not run", async () => {
    const old = await make({}, false);
    const now = await inspect((await recreate(old.Name.slice(1), { signal })).id);
    expect([now.Name, now.State.Status]).toEqual([old.Name, "created"]);
  });

  test("is refused where it could not be restored, or without the image, and changes nothing", async () => {
    const fleeting = await make({ HostConfig: { AutoRemove: true } });
    await expect(recreate(fleeting.Id, { signal })).rejects.toMatchObject({ code: "conflict" });
    const old = await make({});
    await expect(recreate(old.Id, { image: "no/such:image", signal })).rejects.toMatchObject({ code: "not_found" });
    await expect(recreate("../x", { signal })).rejects.toMatchObject({ code: "invalid_input" });
    await eventually(async () => (await inspect(old.Id)).State.StartedAt === old.State.StartedAt);
    expect(await named(old.Name)).toEqual([old.Name]);
  });
});

test("only a job may end without an error after its recreate", () => {
  const now = Date.parse("2026-01-01T12:00:00Z");
  const old = (policy: string, secondsUp: number | null) =>
    ({
      State: { Running: secondsUp !== null, StartedAt: new Date(now - (secondsUp ?? 0) * 1_000).toISOString() },
      HostConfig: { RestartPolicy: { Name: policy } },
    }) as Docker.ContainerInspectInfo;
  expect(mayEnd(old("no", 5), now)).toBe(true);
  expect(mayEnd(old("", 5), now)).toBe(true);
  expect(mayEnd(old("on-failure", 5), now)).toBe(true);
  expect(mayEnd(old("no", 600), now)).toBe(false);
  expect(mayEnd(old("on-failure", 600), now)).toBe(false);
  expect(mayEnd(old("always", 5), now)).toBe(false);
  expect(mayEnd(old("unless-stopped", 5), now)).toBe(false);
});
