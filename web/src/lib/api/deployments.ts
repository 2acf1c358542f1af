import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { request } from "./request.ts";

const at = (id: string) => `/deployments/${encodeURIComponent(id)}`;

export const deployments = {
  list: (signal?: AbortSignal) =>
    request<{ deployments: Deployment[]; daemon: DependencyState }>("GET", "/deployments", signal ? { signal } : {}),
  get: async (id: string) => (await request<{ deployment: Deployment }>("GET", at(id))).deployment,
  act: async (id: string, action: DeploymentAction) =>
    (await request<{ deployment: Deployment }>("POST", `${at(id)}/${action}`)).deployment,
  remove: (id: string) => request("DELETE", at(id)),
};
