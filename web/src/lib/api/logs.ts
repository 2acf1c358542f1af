import type {
  LogAroundAnswer,
  LogContainersAnswer,
  LogHistogramAnswer,
  LogSearchAnswer,
} from "../../../../shared/protocol/log-search.ts";
import { get, part, urlOf } from "./request.ts";

/** Pairs, since a container or a level may be named several times. */
export type LogParameters = readonly [name: string, value: string][];

export const logs = {
  search: (query: LogParameters, signal?: AbortSignal) => get<LogSearchAnswer>(urlOf("/logs", query), signal),
  around: (id: string, lines: number, signal?: AbortSignal) =>
    get<LogAroundAnswer>(urlOf(`/logs/${part(id)}/around`, { before: String(lines), after: String(lines) }), signal),
  histogram: (query: LogParameters, signal?: AbortSignal) =>
    get<LogHistogramAnswer>(urlOf("/logs/histogram", query), signal),
  containers: (signal?: AbortSignal) => get<LogContainersAnswer>(urlOf("/logs/containers"), signal),
  downloadUrl: (query: LogParameters) => urlOf("/logs/download", query),
};
