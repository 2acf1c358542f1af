import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import { isOwnProcess } from "../../shared/pm2/process-views.ts";
import { canSeeDeployment, type Principal } from "../../shared/protocol/access.ts";
import { allOfDaemon, coversDeployment, OWN_DAEMON } from "../../shared/protocol/daemon-key.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { Pm2Daemon } from "../../shared/protocol/pm2-daemon.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** @throws AppError `forbidden` when the scope of the caller excludes the id, whether or not it exists */
export function requireVisible({ limits }: Principal, id: string): void {
  if (!canSeeDeployment(limits, id)) throw new AppError("forbidden", messages.hidden);
}

/** All processes of one id. @throws AppError `not_found`, `upstream_unavailable` */
export const findDeployment = (processes: Pick<ProcessHost, "get">, id: string): Promise<Deployment> =>
  processes.get(id);

/** Whether a scope has apps of a daemon. */
const hasDaemon = ({ deployments }: Principal["limits"], key: string): boolean => {
  const all = allOfDaemon(key);
  return deployments?.some((entry) => coversDeployment(all, entry) || coversDeployment(entry, all)) ?? true;
};

/** @throws AppError `forbidden` when the scope of the caller has nothing of the daemon, whether or not it exists */
export function requireDaemon(limits: Principal["limits"], key: string): void {
  if (key !== OWN_DAEMON && !hasDaemon(limits, key)) throw new AppError("forbidden", messages.hiddenDaemon);
}

/**
 * Daemons of which a caller may know: those with apps in its scope. Folders and counts of the host are not for those who see
 * single processes only.
 */
export function visibleDaemons(limits: Principal["limits"], daemons: readonly Pm2Daemon[]): Pm2Daemon[] {
  if (limits.deployments === null) return [...daemons];
  return daemons
    .filter(({ key }) => hasDaemon(limits, key))
    .map((daemon) => ({ ...daemon, home: null, processes: null, omitted: 0, duplicates: 0 }));
}

/** @throws AppError `forbidden` for a process of the panel, which would not come back by itself */
export function refuseOwn(id: string): void {
  if (isOwnProcess(id)) throw new AppError("forbidden", messages.ownProcess);
}
