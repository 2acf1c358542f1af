import { isOwnProcess } from "../../shared/pm2/process-views.ts";
import type { ProcessHost } from "../../shared/pm2/processes.ts";
import { canSeeDeployment, type Principal } from "../../shared/protocol/access.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** @throws AppError `forbidden` when the scope of the caller excludes the id, whether or not it exists */
export function requireVisible({ limits }: Principal, id: string): void {
  if (!canSeeDeployment(limits, id)) throw new AppError("forbidden", messages.hidden);
}

/** All processes of one id. @throws AppError `not_found`, `upstream_unavailable` */
export async function findDeployment(processes: Pick<ProcessHost, "list">, id: string): Promise<Deployment> {
  const deployment = (await processes.list()).find((item) => item.id === id);
  if (!deployment) throw new AppError("not_found", messages.noSuchProcess);
  return deployment;
}

/** @throws AppError `forbidden` for a process of the panel, which would not come back by itself */
export function refuseOwn(id: string): void {
  if (isOwnProcess(id)) throw new AppError("forbidden", messages.ownProcess);
}
