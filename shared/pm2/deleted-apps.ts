import { AppError } from "../server/errors.ts";

/** Deleted apps that are remembered, and for how long. */
const MAX_APPS = 20;
const KEPT_MS = 60 * 60 * 1_000;
/** Settings of one app, as JSON in characters. */
const MAX_SIZE = 1024 * 1024;

interface DeletedApp {
  json: string;
  at: number;
}

/**
 * Settings of the apps that were deleted through this host, for an hour, in memory only: they contain environments in
 * clear. At most 20 apps of 1 MiB.
 */
export function createDeletedApps(now = Date.now) {
  const apps = new Map<string, DeletedApp>();
  const dropOld = () => {
    for (const [id, { at }] of apps) if (now() - at > KEPT_MS || apps.size > MAX_APPS) apps.delete(id);
  };
  return {
    /** Remembers the processes with these numbers, from PM2's list before they were deleted. */
    keep(id: string, pmIds: readonly number[], list: readonly unknown[]): void {
      apps.delete(id);
      const settings = list.flatMap((item) => toSettings(item, pmIds));
      const json = JSON.stringify(settings);
      if (settings.length === pmIds.length && json.length <= MAX_SIZE) apps.set(id, { json, at: now() });
      dropOld();
    },
    /** Returns the settings of each process. @throws AppError `gone` */
    settingsOf(id: string): object[] {
      dropOld();
      const app = apps.get(id);
      if (!app) throw new AppError("gone", "The settings of what was deleted are no longer known.");
      return JSON.parse(app.json) as object[];
    },
    forget(id: string): void {
      apps.delete(id);
    },
  };
}

/** What PM2 starts a process from: as in its saved list, without what belonged to the run. */
function toSettings(item: unknown, pmIds: readonly number[]): object[] {
  const env = (item as { pm2_env?: Record<string, unknown> } | null)?.pm2_env;
  if (!env || !pmIds.includes(env.pm_id as number)) return [];
  const { pm_id: _id, instances: _count, prev_restart_delay: _delay, ...settings } = env;
  // PM2's daemon writes into `env` without a check.
  return [{ ...settings, env: settings.env ?? {} }];
}
