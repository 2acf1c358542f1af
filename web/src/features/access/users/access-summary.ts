import type { AccessArea, Principal, ResourceScope } from "../../../../../shared/protocol/access.ts";
import { may, type Permission } from "../../../../../shared/protocol/permission.ts";
import { visibleName } from "../../../lib/terminal-text.ts";

/** An account or key as it is typed, or as it exists. */
export interface AccessSubject extends Pick<Principal, "role" | "scopes"> {
  limits: ResourceScope;
  isKey: boolean;
}

export interface AccessItem {
  text: string;
  /** The account has limits, and they do not narrow this. */
  beyondLimits: boolean;
}

export interface AccessSummary {
  sees: AccessItem[];
  changes: AccessItem[];
  /** What stays closed. */
  denied: string[];
}

interface Part {
  permission: Permission;
  /** @param names The containers or processes it applies to. */
  text: (names: { containers: string; processes: string; limited: boolean }) => string;
  /** The limits narrow it. */
  narrowed?: true;
  /** People have no use for it. */
  keysOnly?: true;
}

interface Area {
  name: string;
  sees?: Part;
  changes?: readonly Part[];
}

/** What the permissions mean, in the order of the navigation. */
const parts: readonly Area[] = [
  {
    name: "containers",
    sees: {
      permission: "services:view",
      text: ({ containers }) => `${containers}, with logs and metrics`,
      narrowed: true,
    },
    changes: [
      { permission: "services:control", text: ({ containers }) => `start, stop, update ${containers}`, narrowed: true },
      { permission: "services:remove", text: ({ containers }) => `remove ${containers}`, narrowed: true },
      { permission: "services:shell", text: ({ containers }) => `open a shell in ${containers}`, narrowed: true },
    ],
  },
  {
    name: "PM2 processes",
    sees: { permission: "deployments:view", text: ({ processes }) => `${processes}, with logs`, narrowed: true },
    changes: [
      { permission: "deployments:control", text: ({ processes }) => `start, stop ${processes}`, narrowed: true },
      { permission: "deployments:remove", text: ({ processes }) => `remove ${processes}`, narrowed: true },
      { permission: "deployments:create", text: () => "which PM2 processes exist and what they run" },
    ],
  },
  {
    name: "images, volumes, networks, disk clean-up",
    sees: { permission: "docker:view", text: () => "images, volumes, networks, disk usage" },
    changes: [{ permission: "docker:manage", text: () => "images, volumes, networks, registries, disk clean-up" }],
  },
  {
    name: "stacks",
    sees: { permission: "stacks:view", text: () => "every stack and its files" },
    changes: [{ permission: "stacks:manage", text: () => "every stack and its files" }],
  },
  {
    name: "installing from the catalogue",
    changes: [{ permission: "catalogue:install", text: () => "install from the catalogue" }],
  },
  {
    name: "files",
    sees: { permission: "files:view", text: () => "every file in Files" },
    changes: [{ permission: "files:change", text: () => "every file in Files" }],
  },
  {
    name: "MCP servers",
    sees: { permission: "mcp:view", text: () => "every MCP server and its log" },
    changes: [
      { permission: "mcp:control", text: () => "start MCP servers and call every tool" },
      { permission: "mcp:manage", text: () => "which MCP servers exist and what they run" },
      { permission: "mcp:call", text: () => "what the MCP gateway exposes, as an MCP client", keysOnly: true },
    ],
  },
  { name: "metrics of the host", sees: { permission: "system:view", text: () => "metrics of the host" } },
  {
    name: "alert rules and channels",
    sees: {
      permission: "alerts:view",
      text: ({ limited }) => (limited ? "alerts about these" : "alerts"),
      narrowed: true,
    },
    changes: [{ permission: "alerts:manage", text: () => "alert rules and channels" }],
  },
  { name: "the audit trail", sees: { permission: "audit:view", text: () => "the audit trail" } },
  {
    name: "users",
    changes: [{ permission: "access:manage", text: () => "users, their roles and their limits" }],
  },
];

/** What an account or key may do, by the server's own table. */
export function summarizeAccess(areas: readonly AccessArea[], who: AccessSubject): AccessSummary {
  const { limits } = who;
  const limited = limits.services !== null || limits.deployments !== null;
  const names = {
    containers: describeNames(limits.services, "container", "containers"),
    processes: describeNames(limits.deployments, "PM2 process", "PM2 processes"),
    limited,
  };
  const allows = (permission: Permission, changes: boolean) =>
    may(who, permission) &&
    areas.some((area) => area.permission === permission && area.changes === changes && admits(area, who));
  const summary: AccessSummary = { sees: [], changes: [], denied: [] };
  const itemOf = ({ text, narrowed }: Part): AccessItem => ({
    text: text(names),
    beyondLimits: limited && narrowed === undefined,
  });
  for (const { name, sees, changes = [] } of parts) {
    const seen = sees !== undefined && allows(sees.permission, false);
    const changed = changes.filter(({ permission, keysOnly }) => (who.isKey || !keysOnly) && allows(permission, true));
    if (seen) summary.sees.push(itemOf(sees));
    summary.changes.push(...changed.map(itemOf));
    if (changed.length === 0 && (changes.length > 0 || !seen)) summary.denied.push(seen ? `changing ${name}` : name);
  }
  return summary;
}

function admits({ permission, scope, keys }: AccessArea, { limits, isKey, scopes }: AccessSubject): boolean {
  if (scope !== null && limits.services !== null) return false;
  if (scope === "all" && limits.deployments !== null) return false;
  return !isKey || keys === "yes" || (keys === "scoped" && scopes?.includes(permission) === true);
}

/** Names in a phrase: `all containers`, `container web`, `3 containers`. */
export function describeNames(names: readonly string[] | null, singular: string, plural: string): string {
  if (names === null) return `all ${plural}`;
  if (names.length === 1) return `${singular} ${visibleName(names[0] ?? "")}`;
  return `${names.length === 0 ? "no" : names.length} ${plural}`;
}

/** What an account with limits may do beyond them, in one phrase; empty when there is nothing. */
export function describeBeyond({ sees, changes }: AccessSummary): string {
  const changed = changes.filter(({ beyondLimits }) => beyondLimits).map(({ text }) => text);
  const seen = sees.filter(({ beyondLimits, text }) => beyondLimits && !changed.includes(text)).map(({ text }) => text);
  const phrases = [];
  if (seen.length > 0) phrases.push(`sees ${seen.join(", ")}`);
  if (changed.length > 0) phrases.push(`changes ${changed.join(", ")}`);
  return phrases.length === 0 ? "" : `Also ${phrases.join("; ")}`;
}
