import { expect, test } from "vitest";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { WatchEvent } from "../../../../shared/protocol/watch.ts";
import { toEventLine } from "./event-text.ts";
import { firstOf, toWorkloads } from "./workloads.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const container = (name: string, more: Partial<Service> = {}) =>
  ({
    id: `id-${name}`,
    name,
    state: "running",
    health: "none",
    composeProject: null,
    restartCount: 0,
    startedAt: "2026-01-01T00:00:00Z",
    usage: { cpuPercent: 5, memoryBytes: 100 },
    ...more,
  }) as Service;
const process = {
  id: "api",
  name: "api",
  namespace: "default",
  status: "online",
  instances: [{ status: "online", cpuPercent: 2, memoryBytes: 7, restarts: 1, startedAt: "2026-01-01T00:30:00Z" }],
} as Deployment;
const server = { id: "m", name: "tools", status: "running" } as McpServer;
const trend = (name: string, cpu: (number | null)[]) => ({
  name,
  cpu,
  memory: cpu.map((value) => value && value * 10),
});
const trends = {
  from: "2026-01-01T00:45:00Z",
  step: 30,
  host: null,
  containers: [trend("web", [1, 2, 9]), trend("db", [4, null, null])],
  processes: [trend("api", [null, null, 3])],
};

test("containers stand by project, the others, processes and servers after them, each group by name", () => {
  const services = [
    container("web", { composeProject: "shop" }),
    container("alone"),
    container("db2", { composeProject: "shop" }),
    container("db10", { composeProject: "shop", state: "exited" }),
    container("x", { composeProject: "blog" }),
  ];
  const groups = toWorkloads({ services, deployments: [process], servers: [server], trends, now: NOW });
  expect(
    groups.map(({ title, count, items }) => [
      title,
      `${count.running}/${count.total}`,
      ...items.map(({ name }) => name),
    ]),
  ).toEqual([
    ["blog", "1/1", "x"],
    ["shop", "2/3", "db2", "db10", "web"],
    ["Other containers", "1/1", "alone"],
    ["Processes", "1/1", "api"],
    ["MCP servers", "1/1", "tools"],
  ]);
  expect(firstOf(groups, 5).map(({ items }) => items.length)).toEqual([1, 3, 1]);
});

test("figures are the newest that were measured, and none of what does not run", () => {
  const services = [container("web"), container("db"), container("new"), container("off", { state: "exited" })];
  const [containers, processes] = toWorkloads({ services, deployments: [process], servers: [], trends, now: NOW });
  const figures = Object.fromEntries(containers?.items.map(({ name, cpu, memory }) => [name, [cpu, memory]]) ?? []);
  expect(figures).toEqual({ web: [9, 90], db: [5, 100], new: [5, 100], off: [undefined, undefined] });
  expect(containers?.items.find(({ name }) => name === "off")?.since).toBeNull();
  expect(processes?.items[0]).toMatchObject({
    cpu: 3,
    memory: 30,
    restarts: 1,
    since: Date.parse("2026-01-01T00:30:00Z"),
  });
});

test("events read as sentences, and lead to what they are about", () => {
  const at = "2026-01-01T00:00:00Z";
  const run = (change: "started" | "ended" | "restarted", exitCode: number | null, count = 1): WatchEvent => ({
    kind: "run",
    at,
    subject: { kind: "container", name: "web" },
    change,
    count,
    exitCode,
  });
  const action = (name: string, target: string, state: "succeeded" | "failed", actor: string): WatchEvent => ({
    kind: "action",
    at,
    action: name,
    target,
    id: "a",
    state,
    actor: { kind: actor === "" ? "system" : "user", name: actor },
  });
  const lines = [
    run("started", null),
    run("ended", 3),
    run("ended", 143),
    run("restarted", 9, 7),
    run("restarted", 0),
    action("service:restart", "web", "succeeded", "ada"),
    action("stack:up", "shop", "failed", ""),
    action("disk:prune", "", "succeeded", "ada\u202e"),
    action("mcp:start", "tools (0ba42f04-5cec-4add-91a6-a388ec01c704)", "succeeded", "ada"),
  ].map(toEventLine);
  expect(lines.map(({ tone, text, by, href }) => [tone, text, by, href])).toEqual([
    ["ok", "web started", null, "/services/web"],
    ["bad", "web exited with code 3", null, "/services/web"],
    ["neutral", "web exited with code 143", null, "/services/web"],
    ["warn", "web restarted 7 times, exit code 9", null, "/services/web"],
    ["info", "web restarted, exit code 0", null, "/services/web"],
    ["accent", "Restarted web", "ada", "/services/web"],
    ["bad", "Tried to deploy shop: failed", null, "/stacks/shop"],
    ["accent", "Cleaned up", "ada[U+202E]", null],
    ["accent", "Started the MCP server tools", "ada", null],
  ]);
});
