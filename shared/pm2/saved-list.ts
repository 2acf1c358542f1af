import { createHash } from "node:crypto";
import { copyFile, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import type { ProcessListState, SavedApp, SavedField } from "../protocol/process-list.ts";
import { AppError } from "../server/errors.ts";
import { deploymentIdOf } from "./deployment-id.ts";

/** Largest saved list that is read, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
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
export async function readSavedList(path: string): Promise<Saved> {
  try {
    const { size, mtime } = await stat(path);
    if (size > MAX_BYTES) return { state: "unreadable", at: null, apps: [] };
    const apps: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!Array.isArray(apps)) return { state: "unreadable", at: null, apps: [] };
    return {
      state: "saved",
      at: mtime.toISOString(),
      apps: apps.filter((app) => app !== null && typeof app === "object"),
    };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { state: isAbsent ? "absent" : "unreadable", at: null, apps: [] };
  }
}

/** Compares what PM2 would write with what is saved, by app. */
export function compareSaved(current: readonly Settings[], saved: readonly Settings[]): SavedApp[] {
  const [now, before] = [byId(current), byId(saved)];
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

/**
 * Writes PM2's saved list, as `pm2 save` does, but at once: a crash leaves the old or the new list. The old one stays
 * beside it, where PM2 looks when the first cannot be read.
 *
 * @throws AppError `conflict` for an empty list, `forbidden` for a folder of another user
 */
export async function writeSavedList(path: string, apps: readonly Settings[]): Promise<void> {
  if (apps.length === 0) throw new AppError("conflict", "PM2 has no process that could be saved.");
  // PM2 would not be able to read a file of another user.
  const target = await realpath(path).catch(() => path);
  const folder = target.slice(0, target.lastIndexOf("/"));
  if (process.getuid?.() !== undefined && (await stat(folder)).uid !== process.getuid()) {
    throw new AppError("forbidden", "PM2 runs as another user, who has to save the list.");
  }
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  );
  const draft = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(draft, "w", mode);
    try {
      await file.writeFile(JSON.stringify(apps, null, 2));
      await file.sync();
    } finally {
      await file.close();
    }
    await copyFile(target, `${path}.bak`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

function byId(apps: readonly Settings[]): Map<string, [Settings, ...Settings[]]> {
  const groups = new Map<string, [Settings, ...Settings[]]>();
  for (const app of apps) {
    if (app.name === undefined) continue;
    const id = deploymentIdOf(typeof app.namespace === "string" ? app.namespace : "", String(app.name));
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
