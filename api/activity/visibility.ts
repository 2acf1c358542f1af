import { may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import type { ActivityRecord } from "./record.ts";

/** Who may see targets of a kind: as the routes that read them decide. */
interface KindRule {
  /** `own`: the person who acted, and those who manage users. */
  see: Permission | "own";
  /**
   * What the caller's scope has to include.
   * - `services`, `processes`: those of the record; all of the host when it names none
   * - `host`: all containers
   * - `all`: all containers and processes
   * - `none`: targets of the kind are in no scope
   */
  scope: "services" | "processes" | "host" | "all" | "none";
}

const host = (see: Permission): KindRule => ({ see, scope: "host" });
const own: KindRule = { see: "own", scope: "none" };

const rules: Readonly<Record<string, KindRule>> = {
  service: { see: "services:view", scope: "services" },
  update: { see: "services:view", scope: "services" },
  catalogue: { see: "catalogue:view", scope: "services" },
  deployment: { see: "deployments:view", scope: "processes" },
  "process-list": { see: "deployments:view", scope: "all" },
  stack: host("stacks:view"),
  image: host("docker:view"),
  volume: host("docker:view"),
  network: host("docker:view"),
  disk: host("docker:view"),
  registry: host("docker:manage"),
  alert: { see: "alerts:view", scope: "all" },
  "alert-rule": { see: "alerts:view", scope: "all" },
  "alert-channel": { see: "alerts:manage", scope: "all" },
  mcp: { see: "mcp:view", scope: "none" },
  "mcp-gateway": { see: "mcp:manage", scope: "none" },
  file: { see: "files:view", scope: "none" },
  setting: host("settings:manage"),
  user: { see: "access:manage", scope: "none" },
  "getting-started": host("access:manage"),
  account: own,
  session: own,
  key: own,
  /** Entries about the record itself. */
  activity: host("system:view"),
};

/** Whether a kind has a rule: a test asks for every declared action. */
export const hasKindRule = (kind: string): boolean => Object.hasOwn(rules, kind);

export type SeenRecord = Pick<ActivityRecord, "kind" | "permission" | "services" | "processes" | "actor" | "ownerId">;

/** Whether the caller, or the caller's API key, did it. */
export const isOwn = (principal: Principal, { actor, ownerId }: Pick<SeenRecord, "actor" | "ownerId">): boolean =>
  actor.kind === principal.kind && actor.id === principal.id
    ? true
    : principal.kind === "user" && ownerId !== "" && ownerId === principal.id;

/**
 * Whether a caller may see a record: as the caller may see its target now.
 *
 * @param isGone Whether a container or process no longer exists: of such a target, a caller with a narrower scope sees what
 *   that caller did. Undefined: not known, so it may exist.
 */
export function seesRecord(
  principal: Principal,
  record: SeenRecord,
  isGone?: (name: string, kind: "services" | "processes") => boolean,
): boolean {
  const { limits } = principal;
  const rule = Object.hasOwn(rules, record.kind) ? rules[record.kind] : undefined;
  // A kind without a rule: those who may do the same.
  if (!rule) return record.permission !== null && may(principal, record.permission) && limits.services === null;
  if (rule.see === "own") return isOwn(principal, record) || may(principal, "access:manage");
  if (!may(principal, rule.see)) return false;
  if (rule.scope === "none") return true;
  if (rule.scope === "host") return limits.services === null;
  if (rule.scope === "all") return limits.services === null && limits.deployments === null;
  const { scope } = rule;
  const visible = limits[scope === "services" ? "services" : "deployments"];
  if (visible === null) return true;
  const names = record[scope];
  if (names.length === 0) return false;
  if (names.every((name) => visible.includes(name))) return true;
  return isOwn(principal, record) && names.every((name) => visible.includes(name) || isGone?.(name, scope) === true);
}

/** Whether a caller may do the same, and so see the input and the words of Docker, a registry, PM2 or an MCP server. */
export const mayAct = (principal: Principal, record: SeenRecord): boolean =>
  record.permission === null ? isOwn(principal, record) : may(principal, record.permission);
