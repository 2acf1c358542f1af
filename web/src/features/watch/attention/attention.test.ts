import { expect, test } from "vitest";
import type { Alert } from "../../../../../shared/protocol/alert.ts";
import type { Deployment } from "../../../../../shared/protocol/deployment.ts";
import type { Job } from "../../../../../shared/protocol/job.ts";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { Service, ServiceRun } from "../../../../../shared/protocol/service.ts";
import type { Stack } from "../../../../../shared/protocol/stack.ts";
import type { Evidence } from "../../../../../shared/protocol/watch.ts";
import { type AttentionState, findConcerns } from "./attention.ts";
import { isAcknowledged } from "./concern.ts";
import { countOf, describeLooked, isComplete, type Sources, unknownSources } from "./sources.ts";

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
  daemon: "",
  user: "ada",
  readOnly: false,
};
const server: McpServer = {
  id: "m1",
  name: "tools",
  transport: { type: "http", url: "https://example.com/mcp", headerNames: [] },
  status: "running",
  message: null,
  serverInfo: null,
  supervision: { startWithPanel: true, idleMinutes: null, lifetimeMinutes: null },
  desired: "running",
  process: null,
  restarts: { count: 0, nextAt: null, exhausted: false },
  health: null,
  oldTransport: false,
  signIn: null,
  program: null,
  pendingRequests: 0,
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
const job = (more: Partial<Job>): Job => ({
  id: "j1",
  kind: "stack:up",
  target: "shop",
  state: "failed",
  steps: [],
  lines: [],
  lineCount: 0,
  result: null,
  error: { code: "internal", message: "Compose ended with an error.", detail: "port is already allocated" },
  startedAt: "2026-01-01T00:04:00.000Z",
  finishedAt: "2026-01-01T00:05:00.000Z",
  revision: 1,
  ...more,
});
const evidence = (id: string, more: Partial<Evidence> = {}): Evidence => ({
  kind: "container",
  id,
  restarts: null,
  line: null,
  health: null,
  ...more,
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
  jobs: [],
  evidence: [],
  updates: [],
  dependencies: {},
  now: NOW,
};
const find = (state: Partial<AttentionState>) => findConcerns({ ...nothing, ...state });
const shown = (state: Partial<AttentionState>) =>
  find(state).concerns.map(({ tone, what, why }) => [tone, what, why.replace(/\d+m ago/, "…")]);

test("a host on which all is well raises nothing", () => {
  const well = find({
    services: [service, down("job", { exitCode: 0 }, "no"), down("stopped", { stopRequested: true })],
    deployments: [deployment],
    servers: [server],
    disks: [disk("/", 84)],
    dependencies: { docker: { state: "up" }, pm2: { state: "absent", hint: "Install it." } },
    jobs: [job({ state: "succeeded", error: null }), job({ id: "j2", target: "x", state: "cancelled" })],
  });
  expect(well).toEqual({ concerns: [], firing: 0, down: 0, missing: 0 });
});

test("what fails is named with its reason, the urgent first and what is no fault last", () => {
  const instance = { pmId: 0, pid: null, cpuPercent: 0, memoryBytes: 0, restarts: 16, exitCode: null, startedAt: null };
  expect(
    shown({
      services: [
        { ...service, health: "unhealthy", status: "Up 3 hours (unhealthy)" },
        { ...service, id: "p", name: "held", state: "paused" },
      ],
      evidence: [
        evidence("a1", { health: { output: "connection refused", exitCode: 7, failures: 5, at: null } }),
        evidence("loop", { kind: "process", restarts: { count: 4, exitCode: 2 } }),
        evidence("api", { kind: "process", restarts: { count: 16, exitCode: 1 } }),
      ],
      deployments: [
        { ...deployment, status: "errored", instances: [{ ...instance, status: "errored" }] },
        { ...deployment, id: "loop", name: "loop" },
      ],
      servers: [{ ...server, status: "failed", message: "The server answered 502." }],
      disks: [disk("/", 85), disk("/srv", 97)],
      stacks: [{ name: "shop", missing: 2, running: 1, total: 3 } as Stack],
      jobs: [job({ target: "blog" }), job({ id: "j2", kind: "image:pull", target: "nginx:9", state: "interrupted" })],
      updates: ["a", "b", "c", "d", "e", "f"],
      dependencies: { docker: { state: "down", hint: "Start it." }, realtime: { state: "down" } },
    }),
  ).toEqual([
    ["bad", "Docker Engine", "Does not respond. Containers and stacks are unknown until it does."],
    ["bad", "Live updates", "The realtime server does not respond. Nothing on this page is live until it does."],
    ["bad", "web", "Unhealthy: 5 times in a row, last exit code 7"],
    ["bad", "api", "Errored after 16 restarts, last exit code 1, PM2 no longer restarts it"],
    ["bad", "loop", "Restarts in a loop: 4 times in 10 min, last exit code 2"],
    ["bad", "shop", "1 of 3 running: 2 services have no container"],
    ["bad", "/srv", "97% of the disk is used"],
    ["warn", "tools", "The server answered 502."],
    ["warn", "/", "85% of the disk is used"],
    ["warn", "Deploy blog", "Failed …"],
    ["warn", "Pull nginx:9", "Interrupted …"],
    ["info", "held", "Paused"],
    ["info", "6 newer images", "a, b, c, d and 2 more"],
  ]);
});

test("what is dead is named with how it died, and counted", () => {
  const services = [
    down("crashed"),
    down("not-started", { startFailed: true, error: "no such file or directory" }),
    down("killed", { exitCode: 137, oomKilled: true, stopRequested: true }),
    down("unseen", { exitCode: 0, stopRequested: null }),
    down("script", { exitCode: 1 }, "no"),
    down("unseen-failure", { exitCode: 3, stopRequested: null }, "no"),
    down("stopped-once", { exitCode: 143, stopRequested: null }, "no"),
    down("failed-long-ago", { exitCode: 3, stopRequested: null, finishedAt: "2025-01-01T00:00:00Z" }, "no"),
    { ...down("given-up", { exitCode: 5 }, "on-failure"), restartCount: 4 },
  ];
  expect(shown({ services })).toEqual([
    ["bad", "crashed", "Exited with code 3, …"],
    ["bad", "not-started", "Exited with code 3, …, not restarted"],
    ["bad", "killed", "Out of memory, killed with code 137, …"],
    ["bad", "script", "Exited with code 1, …"],
    ["bad", "given-up", "Exited with code 5, …, after 4 restarts"],
    ["warn", "unseen", "Exited with code 0, …, cause unknown"],
    ["warn", "unseen-failure", "Exited with code 3, …, not known whether it was stopped"],
  ]);
  const { concerns, down: count } = find({ services });
  expect(count).toBe(6);
  expect(concerns[1]?.details).toEqual(["no such file or directory"]);
});

test("a loop reads the same in each of its phases, and after it has run for more than a minute", () => {
  const looping = (more: Partial<Service>): Service => ({
    ...service,
    restartPolicy: "always",
    restartCount: 7,
    ...more,
  });
  const phases = [
    looping({ startedAt: "2026-01-01T00:09:59Z" }),
    looping({ state: "restarting", lastRun: ended({ exitCode: 9 }) }),
    looping({ startedAt: "2026-01-01T00:08:00Z" }),
  ];
  const found = [evidence("a1", { restarts: { count: 7, exitCode: 9 } })];
  for (const phase of phases) {
    expect(shown({ services: [phase], evidence: found })).toEqual([
      ["bad", "web", "Restarts in a loop: 7 times in 10 min, last exit code 9"],
    ]);
  }
  // Before the evidence is known, and where the Engine has forgotten the runs.
  expect(shown({ services: phases.slice(0, 1) })).toEqual([["bad", "web", "Restarted 7 times"]]);
  expect(shown({ services: phases.slice(1, 2) })).toEqual([["bad", "web", "Restarted 7 times, last exit code 9"]]);
  // Two restarts are no loop: it runs.
  const few = [evidence("a1", { restarts: { count: 2, exitCode: 9 } })];
  expect(shown({ services: phases.slice(2), evidence: few })).toEqual([]);
});

test("every alert that fires is counted, and stands at what it is about", () => {
  const stack = { name: "shop", missing: 2, running: 0, total: 2 } as Stack;
  const found = find({
    services: [down("web")],
    stacks: [stack],
    alerts: [
      alert({}),
      alert({ id: "y", ruleName: "Loop", severity: "warning" }),
      alert({ subject: { kind: "host", name: "host" }, severity: "warning", detail: "load of 9", ruleName: "Busy" }),
      alert({ subject: { kind: "process", name: "api" }, phase: "pending" }),
    ],
  });
  expect([found.firing, found.down, found.missing]).toEqual([3, 1, 2]);
  expect(found.concerns.map(({ what, alerts }) => [what, alerts.map(({ ruleName }) => ruleName)])).toEqual([
    ["web", ["Stopped", "Loop"]],
    ["shop", []],
    ["Host", ["Busy"]],
  ]);
});

test("what somebody takes care of comes after what nobody does, and stays", () => {
  const acknowledged = alert({ acknowledgedBy: "ada" });
  const { concerns } = find({ services: [down("web"), down("db")], disks: [disk("/", 90)], alerts: [acknowledged] });
  expect(concerns.map(({ what }) => what)).toEqual(["db", "/", "web"]);
  expect(concerns.map(isAcknowledged)).toEqual([false, false, true]);
  const half = find({ services: [down("web")], alerts: [acknowledged, alert({ id: "y" })] });
  expect(half.concerns.map(isAcknowledged)).toEqual([false]);
});

test("a failed job stands at its target, and goes once a later one succeeds or after an hour", () => {
  const failed = job({ kind: "service:recreate", target: "web" });
  const { concerns } = find({ services: [down("web")], jobs: [failed] });
  expect(concerns.map(({ what, details }) => [what, details])).toEqual([
    ["web", ["Compose ended with an error.", "port is already allocated"]],
  ]);
  const later = job({ id: "j9", kind: "service:restart", target: "web", state: "succeeded", error: null });
  later.finishedAt = "2026-01-01T00:06:00.000Z";
  expect(shown({ jobs: [failed, later] })).toEqual([]);
  expect(shown({ jobs: [later, failed] })).toEqual([]);
  expect(shown({ jobs: [{ ...failed, finishedAt: "2025-12-31T23:00:00.000Z" }] })).toEqual([]);
  // A stack of that name is another thing.
  expect(shown({ jobs: [failed, { ...later, kind: "stack:up" }] })).toHaveLength(1);
});

const fine: Sources = {
  services: { isError: false, isPending: false },
  deployments: { isError: false, isPending: false },
  servers: { isError: false, isPending: false },
  watch: { isError: false, isPending: false, data: { unknown: [] } },
  host: { isKnown: true, isSilent: false, unknownDisks: [] },
};

test("a source that does not respond is named, and nothing is complete while one is awaited", () => {
  expect([unknownSources(fine), isComplete(fine)]).toEqual([[], true]);
  const failed = { isError: true, isPending: false };
  const silent = { ...fine, services: failed, watch: { ...failed, data: undefined } };
  expect([unknownSources(silent), isComplete(silent)]).toEqual([["Docker", "Alerts and causes"], true]);
  const half: Sources = {
    ...fine,
    watch: { ...fine.watch, data: { unknown: ["stacks", "logs", "metrics", "activity"] } },
  };
  expect(unknownSources(half)).toEqual(["Stacks", "Log history", "Metrics history", "Activity"]);
  const awaited = { ...fine, host: { isKnown: false, isSilent: false, unknownDisks: [] } };
  expect([unknownSources(awaited), isComplete(awaited)]).toEqual([[], false]);
  const mute = { ...fine, host: { isKnown: false, isSilent: true, unknownDisks: [] } };
  expect([unknownSources(mute), isComplete(mute)]).toEqual([["Disks"], true]);
  const disks = ["/a", "/b", "/c", "/d"].map((mount) => ({
    mount,
    device: "d",
    type: "nfs",
    state: "silent" as const,
    reason: "",
  }));
  expect(unknownSources({ ...fine, host: { isKnown: true, isSilent: false, unknownDisks: disks } })).toEqual([
    "/a, /b, /c and 1 more disks",
  ]);
});

test("an all-clear says what it is based on, and leaves out what is not there or not to be seen", () => {
  expect(describeLooked({ containers: 1, processes: 2, servers: 0, stacks: 1, disks: 3, alerts: true })).toBe(
    "1 container, 2 processes, 0 MCP servers, 1 stack, 3 disks, alerts and jobs",
  );
  expect(describeLooked({ containers: 4, alerts: false })).toBe("4 containers and jobs");
  expect([countOf([1, 2], { state: "up" }), countOf([], { state: "absent" }), countOf(undefined, undefined)]).toEqual([
    2,
    undefined,
    undefined,
  ]);
});
