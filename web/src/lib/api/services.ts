import type { z } from "zod";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { ServiceAction, ServiceDetail } from "../../../../shared/protocol/service.ts";
import type { ContainerSignal, limitsBody } from "../../../../shared/protocol/service-change.ts";
import type { ShellCommand } from "../../../../shared/protocol/shell-limits.ts";
import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { answer, part, routes } from "./request.ts";

export type LimitsInput = z.input<typeof limitsBody>;

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().services[":id"];

/** The job, when it was not over at once. */
const jobOf = (outcome: { service: ServiceDetail } | { job: Job } | object): Job | undefined =>
  "job" in outcome ? outcome.job : undefined;

export const services = {
  list: (signal?: AbortSignal) => answer(routes().services.$get({ query: {} }, { init: { signal } })),
  /** The given containers; one that is not among them is gone. */
  named: (ids: readonly string[]) => answer(routes().services.$get({ query: { ids: ids.join(",") } })),
  get: async (id: string) => (await answer(one().$get(at(id)))).service,
  /** Answers with a job when it takes longer than a moment. */
  act: async (id: string, action: ServiceAction) => jobOf(await answer(one()[action].$post(at(id)))),
  /** Answers with a job when it takes longer than a moment. */
  remove: async (id: string, { force = false, volumes = false }: { force?: boolean; volumes?: boolean } = {}) =>
    jobOf(await answer(one().$delete({ ...at(id), query: { force: String(force), volumes: String(volumes) } }))),
  pause: (id: string) => answer(one().pause.$post(at(id))),
  unpause: (id: string) => answer(one().unpause.$post(at(id))),
  kill: (id: string, signal: ContainerSignal) => answer(one().kill.$post({ ...at(id), json: { signal } })),
  rename: async (id: string, name: string) => (await answer(one().rename.$post({ ...at(id), json: { name } }))).service,
  update: async (id: string, json: LimitsInput) => (await answer(one().$patch({ ...at(id), json }))).service,
  recreate: async (id: string, image?: string) =>
    (await answer(one().recreate.$post({ ...at(id), json: image === undefined ? {} : { image } }))).job,
  processes: async (id: string) => (await answer(one().processes.$get(at(id)))).processes,
  inspect: (id: string) => answer(one().inspect.$get(at(id))),
  history: async (id: string, range: HistoryRange) =>
    (await answer(one().history.$get({ ...at(id), query: { range } }))).history,
  shells: async (id: string) => (await answer(one().shells.$get(at(id)))).shells,
  openShell: async (id: string, json: { command: ShellCommand; user?: string }) =>
    (await answer(one().shells.$post({ ...at(id), json }))).shell,
  endShell: (id: string, shell: string) =>
    answer(one().shells[":shell"].$delete({ param: { id: part(id), shell: part(shell) } })),
};
