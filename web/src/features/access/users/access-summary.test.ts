import { expect, test } from "vitest";
import type { AccessArea } from "../../../../../shared/protocol/access.ts";
import { permissions } from "../../../../../shared/protocol/permission.ts";
import { type AccessSubject, describeBeyond, summarizeAccess } from "./access-summary.ts";

const onHost = ["docker:view", "docker:manage", "stacks:view", "stacks:manage", "catalogue:install"];
const sensitive = ["access:manage", "mcp:manage"];
/** As the server's table has them. */
const areas = (Object.keys(permissions) as AccessArea["permission"][]).flatMap((permission): AccessArea[] => {
  const scope = permission === "alerts:manage" ? "all" : onHost.includes(permission) ? "host" : null;
  const keys = ["mcp:manage", "mcp:call"].includes(permission)
    ? "scoped"
    : sensitive.includes(permission)
      ? "no"
      : "yes";
  return [
    { permission, changes: false, scope, keys: "yes" },
    { permission, changes: true, scope, keys },
  ];
});
const all = { services: null, deployments: null };
const summary = (who: Partial<AccessSubject>) => {
  const { sees, changes, denied } = summarizeAccess(areas, {
    role: "operator",
    scopes: null,
    limits: all,
    isKey: false,
    ...who,
  });
  const texts = (items: typeof sees) => items.map(({ text, beyondLimits }) => (beyondLimits ? `! ${text}` : text));
  return { sees: texts(sees), changes: texts(changes), denied };
};

test("an operator limited to a container still has all files, MCP servers and host metrics, and nothing of the host", () => {
  expect(summary({ limits: { services: ["web"], deployments: null } })).toEqual({
    sees: [
      "container web, with logs and metrics",
      "all PM2 processes, with logs",
      "! every file in Files",
      "! every MCP server and its log",
      "! metrics of the host",
      "alerts about these",
    ],
    changes: [
      "start, stop, update container web",
      "remove container web",
      "open a shell in container web",
      "start, stop all PM2 processes",
      "remove all PM2 processes",
      "! every file in Files",
      "! start MCP servers and call every tool",
    ],
    denied: [
      "images, volumes, networks, disk clean-up",
      "stacks",
      "installing from the catalogue",
      "changing alert rules and channels",
      "the audit trail",
      "users",
    ],
  });
});

test("a limit to processes alone leaves the host open, but not the rules about all of them", () => {
  const { changes, denied } = summary({ limits: { services: null, deployments: [] } });
  expect(changes).toContain("start, stop no PM2 processes");
  expect(changes).toContain("! every stack and its files");
  expect(denied).toContain("changing alert rules and channels");
});

test("a viewer changes nothing, and an administrator without limits everything", () => {
  expect(summary({ role: "viewer" }).changes).toEqual([]);
  const admin = summary({ role: "admin" });
  expect(admin.denied).toEqual([]);
  expect(admin.changes).toContain("users, their roles and their limits");
});

test("a key never changes users, and what MCP servers run only with that scope", () => {
  const key = { role: "admin", isKey: true } as const;
  expect(summary(key).denied).toEqual(["users"]);
  expect(summary(key).changes).not.toContain("which MCP servers exist and what they run");
  expect(summary({ ...key, scopes: ["mcp:call"] }).changes).toEqual(["what the MCP gateway exposes, as an MCP client"]);
  expect(summary({ ...key, scopes: ["mcp:manage"] }).changes).toEqual(["which MCP servers exist and what they run"]);
});

test("the list of users names what a limit leaves open in one phrase", () => {
  const limits = { services: [], deployments: null };
  const beyond = (role: AccessSubject["role"]) =>
    describeBeyond(summarizeAccess(areas, { role, scopes: null, limits, isKey: false }));
  expect(beyond("viewer")).toBe("Also sees every MCP server and its log, metrics of the host");
  expect(beyond("operator")).toBe(
    "Also sees every MCP server and its log, metrics of the host; changes every file in Files, start MCP servers and call every tool",
  );
});
