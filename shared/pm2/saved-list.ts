import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ProcessListState, SavedApp, SavedField } from "../protocol/process-list.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { deploymentIdOf } from "./deployment-id.ts";

/** Names of variables of one app, and of all apps in one response. */
const MAX_NAMES = 100;
const MAX_LISTED_NAMES = 5_000;

type Settings = Record<string, unknown>;
type Saved = ProcessListState["saved"] & { apps: Settings[] };

/** What PM2 would write: every process that is no module of PM2, without what belongs to its run. */
export const toSavedList = (list: readonly unknown[]): Settings[] =>
  list.flatMap((item) => {
    const env = (item as { pm2_env?: Settings } | null)?.pm2_env;
    // During a reload, the outgoing process has the id `_old_<id>`.
    if (!env || env.pmx_module || typeof env.pm_id !== "number") return [];
    const { pm_id: _id, instances: _count, prev_restart_delay: _delay, ...settings } = env;
    return [settings];
  });

/** Reads PM2's saved list. A file that cannot be read or is damaged is not an empty list. */
export async function readSavedList(link: Pick<DaemonLink, "readSaved">): Promise<Saved> {
  try {
    const file = await link.readSaved();
    if (!file) return { state: "absent", at: null, apps: [] };
    const apps: unknown = JSON.parse(Buffer.from(file.bytes).toString("utf8"));
    if (!Array.isArray(apps)) return { state: "unreadable", at: null, apps: [] };
    return {
      state: "saved",
      at: new Date(file.modifiedAt).toISOString(),
      apps: apps.filter((app) => app !== null && typeof app === "object"),
    };
  } catch {
    return { state: "unreadable", at: null, apps: [] };
  }
}

/** Compares what PM2 would write with what is saved, by app. */
export function compareSaved(current: readonly Settings[], saved: readonly Settings[], daemon?: string): SavedApp[] {
  const [now, before] = [byId(current, daemon), byId(saved, daemon)];
  return [...new Set([...now.keys(), ...before.keys()])].map((id): SavedApp => {
    const [a, b] = [now.get(id), before.get(id)];
    if (!b) return { id, state: "unsaved", changed: [], environment: namesOf(a?.[0]).map(as("added")) };
    if (!a) return { id, state: "only-saved", changed: [], environment: namesOf(b[0]).map(as("removed")) };
    const environment = compareEnvironment(a[0], b[0]);
    const changed = (Object.keys(fields) as (keyof typeof fields)[]).filter(
      (name) => !isDeepStrictEqual(fields[name](a), fields[name](b)),
    ) as SavedField[];
    if (environment.length > 0) changed.push("environment");
    return { id, state: changed.length > 0 ? "different" : "saved", changed, environment };
  });
}

/** Leaves out names of variables beyond `MAX_LISTED_NAMES` in all, so that hundreds of unsaved apps make no huge response. */
export function boundNames(apps: readonly SavedApp[]): SavedApp[] {
  let left = MAX_LISTED_NAMES;
  return apps.map((app) => {
    const environment = app.environment.slice(0, left);
    left -= environment.length;
    return { ...app, environment };
  });
}

/** Identifies what is shown of a list, so that what is saved is what was shown. It contains no value. */
export const revisionOf = (apps: readonly SavedApp[]): string =>
  createHash("sha256").update(JSON.stringify(apps)).digest("base64url");

function byId(apps: readonly Settings[], daemon: string | undefined): Map<string, [Settings, ...Settings[]]> {
  const groups = new Map<string, [Settings, ...Settings[]]>();
  for (const app of apps) {
    if (app.name === undefined) continue;
    const id = deploymentIdOf(typeof app.namespace === "string" ? app.namespace : "", String(app.name), daemon);
    const group = groups.get(id);
    if (group) group.push(app);
    else groups.set(id, [app]);
  }
  return groups;
}

type Group = readonly [Settings, ...Settings[]];
const pick =
  (...names: string[]) =>
  ([first]: Group) =>
    // What is not set is missing in one list, and null in the other.
    names.map((name) => first[name] ?? null);

const fields: Record<Exclude<SavedField, "environment">, (group: Group) => unknown> = {
  script: pick("pm_exec_path"),
  folder: pick("pm_cwd"),
  arguments: pick("args", "node_args"),
  interpreter: pick("exec_interpreter"),
  mode: pick("exec_mode"),
  instances: (group) => group.length,
  watch: pick("watch", "ignore_watch"),
  limits: pick("max_memory_restart", "max_restarts", "cron_restart", "autorestart", "kill_timeout", "listen_timeout"),
  stopped: (group) => group.every(({ status }) => status === "stopped"),
};

const environmentOf = (app: Settings | undefined): Settings =>
  typeof app?.env === "object" && app.env !== null ? (app.env as Settings) : {};

/** PM2 puts a number of the run and of the instance among the variables. */
const ofRun: ReadonlySet<string> = new Set(["unique_id", "NODE_APP_INSTANCE", "vizion_running"]);
const namesOf = (app: Settings | undefined): string[] =>
  Object.keys(environmentOf(app))
    .filter((name) => !ofRun.has(name) && name !== app?.name)
    .sort()
    .slice(0, MAX_NAMES);

type Change = SavedApp["environment"][number];
const as =
  (change: Change["change"]) =>
  (name: string): Change => ({ name: name.slice(0, 200), change });

function compareEnvironment(current: Settings, saved: Settings): Change[] {
  const [now, before] = [environmentOf(current), environmentOf(saved)];
  const names = [...new Set([...namesOf(current), ...namesOf(saved)])].sort();
  return names.flatMap((name): Change[] => {
    if (!Object.hasOwn(before, name)) return [as("added")(name)];
    if (!Object.hasOwn(now, name)) return [as("removed")(name)];
    return String(now[name]) === String(before[name]) ? [] : [as("changed")(name)];
  });
}
