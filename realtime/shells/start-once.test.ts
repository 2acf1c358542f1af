import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { Principal } from "../../shared/protocol/access.ts";
import { silentLog } from "../../shared/server/log.ts";
import { createShells } from "./shells.ts";

test("a shell that another tab starts during the inspection is attached to, though the Engine says that it runs", async () => {
  const shellId = "a".repeat(64);
  const container = { id: "c".repeat(64), name: "web" };
  const limits = { services: null, deployments: null };
  const who = { kind: "user", id: "ada", sessionId: "s", limits, expiresAt: Date.now() + 60_000 };
  const principal = who as Principal;
  const exec = { id: shellId, containerId: container.id, owner: "here", openedBy: { kind: "user", id: "ada" } };
  const attached = Promise.withResolvers<void>();
  const { promise: inspected, resolve: inspect } = Promise.withResolvers<void>();
  let inspections = 0;
  let starts = 0;
  const docker = {
    exec: {
      async inspect() {
        if (++inspections === 1) return { ...exec, running: false, exitCode: null };
        await inspected;
        return { ...exec, running: true, exitCode: null };
      },
      async attach() {
        starts++;
        await attached.promise;
        return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      },
      resize: async () => {},
      end: async () => {},
    },
    identify: async () => container,
  } as unknown as DockerHost;
  const authenticator = { stillValid: async (ids: string[]) => new Set(ids) };
  const shells = createShells({ docker, authenticator, owner: "here", report: () => {}, log: silentLog() });
  const { signal } = new AbortController();
  const open = () => {
    const viewer = { output() {}, gap() {}, closed() {} };
    return shells.open({ principal, container, shellId, size: { cols: 80, rows: 24 }, since: 0, viewer, signal });
  };
  // Both are inspected before either is started.
  const both = Promise.all([open(), open()]);
  attached.resolve();
  inspect();
  expect(await both).toEqual([{ end: 0 }, { end: 0 }]);
  expect([inspections, starts, shells.size]).toEqual([2, 1, 1]);
  await shells.close();
});
