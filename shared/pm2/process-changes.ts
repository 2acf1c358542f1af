import { AppError } from "../server/errors.ts";
import { collectReplies } from "./custom-actions.ts";
import { type DaemonCalls, notFound } from "./daemon-calls.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { createDeletedApps } from "./deleted-apps.ts";
import { emptyLogFiles, logPathsOf } from "./log-files.ts";
import { toDetails } from "./process-details.ts";
import type { ProcessHost } from "./process-host.ts";
import { isUp, type ProcessEntry, parseProcessList } from "./process-views.ts";

const ACTION_LIMIT_MS = 40_000;
/** PM2's defaults: how long a process may take to stop, and to listen. */
const KILL_TIMEOUT_MS = 1_600;
const LISTEN_TIMEOUT_MS = 3_000;
/** How long PM2 waits for the outgoing process of a reload, plus a margin. */
const GRACE_MS = 10_000;

type Changes = Pick<
  ProcessHost,
  "act" | "scale" | "resetCounts" | "signal" | "trigger" | "emptyLogs" | "remove" | "restore"
>;

/** What changes the processes of one daemon. */
export function createProcessChanges(calls: DaemonCalls, link: DaemonLink): Changes {
  const { call, find, idOf, requireWrite } = calls;
  const deleted = createDeletedApps();

  const removeOne = async (pmId: number) => {
    await call("deleteProcessId", pmId, ACTION_LIMIT_MS).catch((error: unknown) => {
      // It was deleted meanwhile.
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    });
  };

  return {
    async act(id, action) {
      requireWrite();
      const found = await find(id);
      const run = async ({ pm2_env }: ProcessEntry) => {
        const { kill_timeout = KILL_TIMEOUT_MS, listen_timeout = LISTEN_TIMEOUT_MS, pm_id } = pm2_env;
        const limit = Math.min(ACTION_LIMIT_MS, kill_timeout + listen_timeout + GRACE_MS);
        // With an empty environment, the process keeps its own.
        if (action === "stop") await call("stopProcessId", pm_id, limit);
        else await call(action === "reload" ? "reloadProcessId" : "restartProcessId", { id: pm_id, env: {} }, limit);
        // The daemon publishes an action on its bus only on request, as PM2's command line does.
        await call("notifyByProcessId", { id: pm_id, action_name: action, manually: true }).catch(() => undefined);
      };
      if (action === "reload") for (const item of found) await run(item);
      else await Promise.all(found.filter((item) => action !== "start" || !isUp(item)).map(run));
    },
    async scale(id, instances, onStep) {
      requireWrite();
      const found = await find(id);
      const [first] = found;
      if (found.some(({ pm2_env }) => pm2_env.exec_mode !== "cluster_mode")) {
        throw new AppError("conflict", "PM2 only scales apps in cluster mode.");
      }
      const total = Math.abs(instances - found.length);
      const source = found.find(isUp) ?? first;
      for (let done = 0; source && found.length + done < instances; done++) {
        await call("duplicateProcessId", source.pm2_env.pm_id, ACTION_LIMIT_MS);
        onStep(done + 1, total);
      }
      // What does not run goes first, then the newest.
      const order = [...found].sort((a, b) => Number(isUp(a)) - Number(isUp(b)) || b.pm2_env.pm_id - a.pm2_env.pm_id);
      for (let done = 0; found.length - done > instances; done++) {
        const next = order[done];
        if (next) await removeOne(next.pm2_env.pm_id);
        onStep(done + 1, total);
      }
    },
    async resetCounts(id) {
      requireWrite();
      for (const { pm2_env } of await find(id)) await call("resetMetaProcessId", pm2_env.pm_id);
    },
    async signal(id, signal) {
      requireWrite();
      const running = (await find(id)).filter((item) => isUp(item) && item.pid > 0);
      if (running.length === 0) throw new AppError("conflict", "None of these processes runs.");
      for (const { pid } of running) await link.sendSignal(pid, signal);
    },
    async trigger(id, action, argument) {
      requireWrite();
      const raw = await calls.listRaw();
      const running = parseProcessList(raw).filter((item) => idOf(item) === id && isUp(item));
      const able = running
        .map(({ pm2_env }) => pm2_env.pm_id)
        .filter((pmId) => toDetails(raw, [pmId]).actions.includes(action));
      if (able.length === 0) throw new AppError("conflict", "None of the running processes has this action.");
      const send = (pmId: number) => call("msgProcess", { id: pmId, msg: action, opts: argument });
      return collectReplies(link, { pmIds: able, action, send });
    },
    async emptyLogs(id) {
      requireWrite();
      const all = await calls.list();
      const own = all.filter((item) => idOf(item) === id);
      if (own.length === 0) throw notFound();
      const others = all.filter((item) => idOf(item) !== id);
      return emptyLogFiles(link, logPathsOf(own), logPathsOf(others));
    },
    async remove(id) {
      requireWrite();
      const raw = await calls.listRaw();
      const found = parseProcessList(raw).filter((item) => idOf(item) === id);
      if (found.length === 0) throw notFound();
      const pmIds = found.map(({ pm2_env }) => pm2_env.pm_id);
      deleted.keep(id, pmIds, raw);
      await Promise.all(pmIds.map(removeOne));
    },
    async restore(id) {
      requireWrite();
      if ((await calls.list()).some((item) => idOf(item) === id)) {
        throw new AppError("conflict", "PM2 has a process with this name again.");
      }
      for (const env of deleted.settingsOf(id)) await call("prepare", env, ACTION_LIMIT_MS);
      // Only now: a daemon that was away can be asked again.
      deleted.forget(id);
    },
  };
}
