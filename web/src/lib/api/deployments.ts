import type { DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import type { PanelRotationSetting } from "../../../../shared/protocol/deployment-details.ts";
import type { ProcessSignal } from "../../../../shared/protocol/deployment-limits.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { Routes } from "../../../../shared/protocol/routes.ts";
import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { answer, part, routes } from "./request.ts";

export type ProcessPreviewInput = Routes["POST /process-list/preview"]["json"];
export type ProcessCreateInput = Routes["PUT /deployments/:id"]["json"];

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().deployments[":id"];

export const deployments = {
  list: (signal?: AbortSignal) => answer(routes().deployments.$get({}, { init: { signal } })),
  get: async (id: string) => (await answer(one().$get(at(id)))).deployment,
  act: async (id: string, action: DeploymentAction) => (await answer(one()[action].$post(at(id)))).deployment,
  /** Responds with a job when it takes longer than a moment. */
  scale: async (id: string, instances: number): Promise<Job | undefined> => {
    const outcome = await answer(one().scale.$post({ ...at(id), json: { instances } }));
    return "job" in outcome ? outcome.job : undefined;
  },
  reset: (id: string) => answer(one().reset.$post(at(id))),
  signal: (id: string, signal: ProcessSignal) => answer(one().signal.$post({ ...at(id), json: { signal } })),
  details: async (id: string) => (await answer(one().details.$get(at(id)))).details,
  history: async (id: string, range: HistoryRange) =>
    (await answer(one().history.$get({ ...at(id), query: { range } }))).history,
  trigger: async (id: string, action: string, argument?: string) =>
    (await answer(one().trigger.$post({ ...at(id), json: { action, argument } }))).results,
  /** Whether the apps come back after a reboot. */
  saved: async (daemon: string) => (await answer(routes()["process-list"].$get({ query: { daemon } }))).list,
  save: async (daemon: string, revision: string) =>
    (await answer(routes()["process-list"].save.$post({ json: { daemon, revision } }))).list,
  /** Where a new process would run. */
  interpreters: async (daemon: string) =>
    (await answer(routes()["process-list"].interpreters.$get({ query: { daemon } }))).host,
  preview: async (json: ProcessPreviewInput) =>
    (await answer(routes()["process-list"].preview.$post({ json }))).preview,
  create: (id: string, json: ProcessCreateInput) => answer(one().$put({ ...at(id), json })),
  changeRotation: (id: string, setting: PanelRotationSetting | null) =>
    answer(one().rotation.$put({ ...at(id), json: { setting } })),
  /** Responds with a job when it takes longer than a moment. */
  rotate: async (id: string): Promise<Job | undefined> => {
    const outcome = await answer(one().rotate.$post(at(id)));
    return "job" in outcome ? outcome.job : undefined;
  },
  flush: (id: string) => answer(one().flush.$post(at(id))),
  remove: (id: string) => answer(one().$delete(at(id))),
};
