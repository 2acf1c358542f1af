import type { DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import type { ProcessSignal } from "../../../../shared/protocol/deployment-limits.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { answer, part, routes } from "./request.ts";

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
  /** Bytes in the log files; null if the server cannot tell. */
  logSize: async (id: string) => (await answer(one().logs.$get(at(id)))).logs.bytes,
  flush: (id: string) => answer(one().flush.$post(at(id))),
  remove: (id: string) => answer(one().$delete(at(id))),
};
