import type { DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import { answer, part, routes } from "./request.ts";

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().deployments[":id"];

export const deployments = {
  list: (signal?: AbortSignal) => answer(routes().deployments.$get({}, { init: { signal } })),
  get: async (id: string) => (await answer(one().$get(at(id)))).deployment,
  act: async (id: string, action: DeploymentAction) => (await answer(one()[action].$post(at(id)))).deployment,
  remove: (id: string) => answer(one().$delete(at(id))),
};
