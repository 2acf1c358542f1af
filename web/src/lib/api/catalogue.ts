import type { InstallRequest } from "../../../../shared/protocol/catalogue.ts";
import { answer, part, routes } from "./request.ts";

const at = (id: string) => ({ param: { id: part(id) } });

export const catalogue = {
  list: async (signal?: AbortSignal) => (await answer(routes().catalogue.$get({}, { init: { signal } }))).entries,
  get: (id: string, signal?: AbortSignal) => answer(routes().catalogue[":id"].$get(at(id), { init: { signal } })),
  preview: async (id: string, json: InstallRequest, signal?: AbortSignal) =>
    (await answer(routes().catalogue[":id"].preview.$post({ ...at(id), json }, { init: { signal } }))).preview,
  install: async (id: string, json: InstallRequest) =>
    (await answer(routes().catalogue[":id"].install.$post({ ...at(id), json }))).job,
  /** Answers once. */
  credentials: async (jobId: string) =>
    (await answer(routes().catalogue.installs[":jobId"].credentials.$post({ param: { jobId: part(jobId) } })))
      .credentials,
};
