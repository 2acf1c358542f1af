import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import type { PruneGroup } from "../../shared/protocol/disk.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startSocketProxy } from "../../shared/testing/socket-proxy.ts";
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
  ...["/images", `/images/sha256:${"0".repeat(64)}`, "/volumes", `/volumes/${volume}`, "/networks", "/networks/bridge"],
  ...["/disk", "/disk/prune", "/updates"],
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

  test("nothing is called unused, current or gone, and nothing is changed", async () => {
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

test("what answers in the Engine's place tells nothing of the host", async () => {
  let reply: { status: number; type: string; text: string } = { status: 200, type: "", text: "" };
  const server = createServer((_, response) => {
    response.writeHead(reply.status, { "Content-Type": reply.type }).end(reply.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api = await startApi({ dockerHost: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` });
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
    await api.close();
    server.close();
  }
});
