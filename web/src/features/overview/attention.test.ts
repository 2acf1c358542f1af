import { expect, test } from "vitest";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import { findConcerns } from "./attention.ts";
import { rootDisk } from "./root-disk.ts";

const service: Service = {
  id: "a1",
  name: "web",
  image: "nginx",
  state: "running",
  status: "Up 3 hours",
  health: "none",
  ports: [],
  composeProject: null,
  composeService: null,
  createdAt: "2026-01-01T00:00:00Z",
  restartCount: null,
  startedAt: null,
};
const deployment: Deployment = {
  id: "api",
  name: "api",
  status: "online",
  mode: "fork",
  instances: [],
  script: "server.js",
  namespace: "default",
  version: null,
  watching: false,
  own: false,
};
const server: McpServer = {
  id: "m1",
  name: "tools",
  transport: { type: "http", url: "https://example.com/mcp", headerNames: [] },
  status: "running",
  message: null,
  serverInfo: null,
  createdAt: "2026-01-01T00:00:00Z",
};
const disk = (mount: string, usagePercent: number, total = 100) => ({
  ...{ mount, device: "/dev/vda", type: "ext4", usagePercent, total },
  ...{ used: 0, available: 0 },
});

test("a host on which all is well raises nothing", () => {
  expect(
    findConcerns({ services: [service], deployments: [deployment], servers: [server], disks: [disk("/", 84)] }),
  ).toEqual([]);
});

test("what fails is named with its reason, the urgent first", () => {
  const concerns = findConcerns({
    services: [{ ...service, health: "unhealthy", status: "Up 3 hours (unhealthy)" }],
    deployments: [{ ...deployment, status: "waiting restart" }],
    servers: [{ ...server, status: "failed", message: "The server answered 502." }],
    disks: [disk("/", 85), disk("/srv", 97)],
  });
  expect(concerns.map(({ tone, what, why }) => [tone, what, why])).toEqual([
    ["bad", "web", "Up 3 hours (unhealthy)"],
    ["bad", "api", "keeps restarting"],
    ["bad", "/srv", "97% of the disk is used"],
    ["warn", "tools", "The server answered 502."],
    ["warn", "/", "85% of the disk is used"],
  ]);
});

test("the disk of the root is the one to show, or else the largest", () => {
  expect(rootDisk([disk("/srv", 1, 500), disk("/", 1)])?.mount).toBe("/");
  expect(rootDisk([disk("/a", 1, 5), disk("/b", 1, 9)])?.mount).toBe("/b");
  expect(rootDisk([])).toBeUndefined();
});
