import { expect, test } from "vitest";
import type { Alert } from "../../../../shared/protocol/alert.ts";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service, ServiceRun } from "../../../../shared/protocol/service.ts";
import type { Stack } from "../../../../shared/protocol/stack.ts";
import { type AttentionState, findConcerns } from "./attention.ts";
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
  mount,
  device: "/dev/vda",
  type: "ext4",
  usagePercent,
  total,
  used: 0,
  available: 0,
});

const NOW = Date.parse("2026-01-01T00:10:00Z");
const ended = (more: Partial<ServiceRun>): ServiceRun => ({
  exitCode: 3,
  finishedAt: "2026-01-01T00:09:00Z",
  oomKilled: false,
  startFailed: false,
  stopRequested: false,
  ...more,
});
const down = (name: string, lastRun: Partial<ServiceRun> = {}, restartPolicy = "always"): Service => ({
  ...service,
  id: name,
  name,
  state: "exited",
  status: "Exited (3) 1 minute ago",
  restartPolicy,
  lastRun: ended(lastRun),
});
const alert = (more: Partial<Alert>): Alert => ({
  id: "x",
  ruleId: "r",
  ruleName: "Stopped",
  condition: "container-stopped",
  severity: "critical",
  subject: { kind: "container", name: "web" },
  phase: "firing",
  since: "",
  firingSince: null,
  detail: "it is",
  acknowledgedBy: null,
  silencedUntil: null,
  flapping: false,
  heals: 0,
  gaveUp: false,
  ...more,
});
const nothing: AttentionState = {
  services: [],
  deployments: [],
  servers: [],
  stacks: [],
  disks: [],
  alerts: [],
  now: NOW,
};
const shown = (state: Partial<AttentionState>) =>
  findConcerns({ ...nothing, ...state }).concerns.map(({ tone, what, why }) => [tone, what, why]);

test("a host on which all is well raises nothing", () => {
  const well = findConcerns({
    ...nothing,
    services: [service, down("job", { exitCode: 0 }, "no"), down("stopped", { stopRequested: true })],
    deployments: [deployment],
    servers: [server],
    disks: [disk("/", 84)],
  });
  expect(well).toEqual({ concerns: [], firing: 0, down: 0, missing: 0 });
});

test("what fails is named with its reason, the urgent first", () => {
  expect(
    shown({
      services: [{ ...service, health: "unhealthy", status: "Up 3 hours (unhealthy)" }],
      deployments: [{ ...deployment, status: "waiting restart" }],
      servers: [{ ...server, status: "failed", message: "The server answered 502." }],
      disks: [disk("/", 85), disk("/srv", 97)],
    }),
  ).toEqual([
    ["bad", "web", "Up 3 hours (unhealthy)"],
    ["bad", "api", "Restarts again and again"],
    ["bad", "/srv", "97% of the disk is used"],
    ["warn", "tools", "The server answered 502."],
    ["warn", "/", "85% of the disk is used"],
  ]);
});

test("what is dead is named with how it died, and counted", () => {
  const services = [
    down("crashed"),
    down("not-started", { startFailed: true, error: "no such file or directory" }),
    down("killed", { exitCode: 137, oomKilled: true, stopRequested: true }),
    down("unseen", { exitCode: 0, stopRequested: null }),
    down("script", { exitCode: 1 }, "no"),
  ];
  expect(shown({ services }).map(([tone, what, why]) => [tone, what, why?.replace(/\d+ min\.? ago/, "…")])).toEqual(
    [
      ["bad", "crashed", "Exited with code 3, 1 min. ago"],
      ["bad", "not-started", "Exited with code 3, 1 min. ago, not restarted"],
      ["bad", "killed", "Out of memory, killed with code 137, 1 min. ago"],
      ["bad", "script", "Exited with code 1, 1 min. ago"],
      ["warn", "unseen", "Exited with code 0, 1 min. ago, cause unknown"],
    ].map(([tone, what, why]) => [tone, what, why?.replace("1 min. ago", "…")]),
  );
  expect(findConcerns({ ...nothing, services }).down).toBe(5);
  expect(findConcerns({ ...nothing, services }).concerns[1]?.detail).toBe("no such file or directory");
});

test("every alert that fires is counted, and stands at what it is about", () => {
  const stack = { name: "shop", missing: 2 } as unknown as Stack;
  const found = findConcerns({
    ...nothing,
    services: [down("web")],
    stacks: [stack],
    alerts: [
      alert({}),
      alert({ ruleName: "Loop", severity: "warning" }),
      alert({ subject: { kind: "host", name: "host" }, severity: "warning", detail: "load of 9", ruleName: "Busy" }),
      alert({ subject: { kind: "process", name: "api" }, phase: "pending" }),
    ],
  });
  expect([found.firing, found.down, found.missing]).toEqual([3, 1, 2]);
  expect(found.concerns.map(({ what, alerts }) => [what, alerts])).toEqual([
    ["web", ["Stopped", "Loop"]],
    ["shop", []],
    ["Host", ["Busy"]],
  ]);
});

test("the disk of the root is the one to show, or else the largest", () => {
  expect(rootDisk([disk("/srv", 1, 500), disk("/", 1)])?.mount).toBe("/");
  expect(rootDisk([disk("/a", 1, 5), disk("/b", 1, 9)])?.mount).toBe("/b");
  expect(rootDisk([])).toBeUndefined();
});
