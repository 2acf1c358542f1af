import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import type { PruneGroup } from "../../shared/protocol/disk.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startSocketProxy } from "../../shared/testing/peers/socket-proxy.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

const engine = testEngine();
const away = { status: 503, body: { code: "upstream_unavailable" } };
const volume = `aid-away-${process.pid}`;

const changes = (id: string, name: string): [string, string, object?][] => [
  ["DELETE", `/api/images/sha256:${"0".repeat(64)}`],
  ["DELETE", `/api/volumes/${volume}`],
  ["POST", "/api/volumes", { name: `${volume}-new` }],
  ["DELETE", "/api/networks/bridge"],
  ["POST", "/api/networks", { name: `${volume}-net` }],
  ["POST", `/api/services/${name}/update`],
  ["POST", `/api/services/${name}/go-back`],
  ["POST", `/api/services/${id}/recreate`],
];
const reads = [
  "/images",
  `/images/sha256:${"0".repeat(64)}`,
  "/volumes",
  `/volumes/${volume}`,
  "/networks",
  "/networks/bridge",
  "/disk",
  "/disk/prune",
  "/updates",
];

const expectAway = async (api: TestApi, id: string, name: string) => {
  for (const path of reads) expect(await api.ask("GET", `/api${path}`), path).toMatchObject(away);
  for (const [method, path, body] of changes(id, name)) {
    expect(await api.ask(method, path, body ? { body } : {}), `${method} ${path}`).toMatchObject(away);
  }
};

const endOf = async (api: TestApi, { id }: { id: string }) =>
  await eventually(async () => {
    const { job } = (await api.ask("GET", `/api/jobs/${id}`)).body;
    expect(job.state).not.toBe("running");
    return job;
  });

describe.skipIf(await lacks("docker"))("while the Engine is away", () => {
  afterAll(async () => {
    await engine.removeAll();
    await engine.docker
      .getVolume(volume)
      .remove()
      .catch(() => undefined);
  });

  test("nothing is reported as unused, current or gone, and nothing is changed", async () => {
    const proxy = await startSocketProxy(new URL(engine.dockerHost).pathname);
    const api = await startApi({ dockerHost: `unix://${proxy.path}` });
    let isOpen = true;
    try {
      const { id, name } = await engine.run({ name: "away" });
      await engine.docker.createVolume({ Name: volume });
      const { preview } = (await api.ask("GET", "/api/disk/prune")).body;
      const items = preview.groups
        .flatMap((group: PruneGroup) => group.items)
        .filter((item: { id: string }) => item.id === volume)
        .map(({ kind, id }: { kind: string; id: string }) => ({ kind, id }));
      expect(items).toHaveLength(1);

      await proxy.close();
      isOpen = false;
      await expectAway(api, id, name);
      for (const [path, body] of [
        ["/api/disk/prune", { preview: preview.id, items }],
        ["/api/updates/check", {}],
      ] as const) {
        const { job } = (await api.ask("POST", path, { body })).body;
        expect(await endOf(api, job), path).toMatchObject({ state: "failed", error: { code: "upstream_unavailable" } });
      }
      expect((await engine.docker.getContainer(name).inspect()).Id).toBe(id);
      expect((await engine.docker.getVolume(volume).inspect()).Name).toBe(volume);
    } finally {
      await api.close();
      if (isOpen) await proxy.close();
    }
  });
});

test("a server in place of the Engine reveals nothing of the host", async () => {
  let reply: { status: number; type: string; text: string } = { status: 200, type: "", text: "" };
  const { api, close } = await startBeside((response) => {
    response.writeHead(reply.status, { "Content-Type": reply.type }).end(reply.text);
  });
  try {
    for (reply of [
      { status: 404, type: "text/plain", text: "404 page not found\n" },
      { status: 404, type: "application/json", text: '{"message":"page not found"}' },
      { status: 404, type: "text/html", text: "<html><body>404 Not Found</body></html>" },
      { status: 200, type: "text/html", text: "<!doctype html><title>Hello</title>" },
      { status: 200, type: "application/json", text: "null" },
      { status: 200, type: "application/json", text: "{}" },
    ]) {
      await expectAway(api, "a".repeat(64), "web");
      const { entries } = (await api.ask("GET", "/api/catalogue")).body;
      expect(entries[0].installed, reply.text).toBeNull();
    }
  } finally {
    await close();
  }
});

test("a volume of a container is in use whatever the Engine counts, and a missing list is not an empty one", async () => {
  const volumes = [
    { Name: "data", Driver: "local", UsageData: { Size: 7, RefCount: -1 } },
    { Name: "rest", Driver: "local", UsageData: { Size: 5, RefCount: -1 } },
    { Name: "unmeasured", Driver: "local", UsageData: null },
  ];
  const image = { Id: `sha256:${"1".repeat(64)}`, RepoTags: ["web:1"], Size: 9, SharedSize: 0, Created: 1 };
  const container = { Id: "2".repeat(64), Names: ["/web"], ImageID: image.Id, State: "exited", Labels: {}, SizeRw: 1 };
  const containers = [{ ...container, Mounts: [{ Type: "volume", Name: "data" }] }];
  const usage = (items: object[], size = 0) => ({ TotalCount: items.length, TotalSize: size, Items: items });
  const newer = {
    ImageUsage: usage([image], 9),
    ContainerUsage: usage(containers),
    VolumeUsage: usage(volumes),
    BuildCacheUsage: { TotalCount: 0 },
  };
  const older = { LayersSize: 9, Images: [image], Containers: containers, Volumes: volumes, BuildCache: null };
  let disk: object = {};
  const { api, close } = await startBeside((response, path) => {
    const answer = path.startsWith("/system/df") ? disk : path.startsWith("/networks") ? [] : "OK";
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });
  try {
    for (disk of [newer, older]) {
      const { preview } = (await api.ask("GET", "/api/disk/prune")).body;
      const ids = preview.groups.flatMap((group: PruneGroup) => group.items.map((item) => item.id));
      expect(ids).toEqual([container.Id, "rest", "unmeasured"]);
    }
    const { body } = await api.ask("GET", "/api/disk");
    expect(body.usage.volumes).toEqual({ count: 3, inUse: 1, size: 12, reclaimable: 5 });
    for (disk of [
      { ...newer, ContainerUsage: { TotalCount: 1 } },
      { ...older, Containers: undefined },
    ]) {
      expect(await api.ask("GET", "/api/disk/prune")).toMatchObject(away);
    }
  } finally {
    await close();
  }
});

/** An API whose Engine is a web server. */
async function startBeside(answer: (response: ServerResponse, path: string) => void) {
  const server = createServer(({ url = "" }, response) => answer(response, url)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const api = await startApi({ dockerHost: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const close = async () => {
    await api.close();
    server.close();
  };
  return { api, close };
}
