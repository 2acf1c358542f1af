import type { StoredContainer } from "../../../../../shared/protocol/log-search.ts";
import { ApiFailure, api } from "../../../lib/api.ts";
import type { LogTargets } from "../log-targets.ts";
import { processLabel } from "../process-sources.ts";
import { toParameters } from "../search/log-query.ts";
import type { LogHistory } from "./log-history.ts";

type Parameters = [name: string, value: string][];

/** Containers by name; all of them when none is named. */
export const containerParameters = (containers: readonly string[]): Parameters =>
  containers.length === 0 ? [["kind", "container"]] : containers.map((name) => ["container", name]);

/** Whose logs: all containers and processes when nothing is named. */
export const targetParameters = ({ containers, processes }: LogTargets): Parameters =>
  containers.length + processes.length === 0
    ? [
        ["kind", "container"],
        ["kind", "process"],
      ]
    : [
        ...containers.map((name): Parameters[number] => ["container", name]),
        ...processes.map((id): Parameters[number] => ["process", id]),
      ];

/** What a log is called in a view: see {@link processLabel}. */
export const labelOf = ({ kind, name }: Pick<StoredContainer, "kind" | "name">): string =>
  kind === "process" ? processLabel(name) : name;

/** The log history of these as the API gives them; of all when nothing is named. */
export function createStoredHistory(targets: LogTargets): LogHistory {
  const only = targets.containers[0] ?? (targets.processes[0] && processLabel(targets.processes[0]));
  return {
    search(query, { order, limit, before, after }, signal) {
      const place: Parameters = [
        ["order", order],
        ["limit", String(limit)],
      ];
      if (before !== undefined) place.push(["before", before]);
      if (after !== undefined) place.push(["after", after]);
      return api.logs.search([...targetParameters(targets), ...toParameters(query), ...place], signal);
    },
    async placeOf(id, signal) {
      try {
        const { lines, place, newer } = await api.logs.around(id, 0, signal);
        const time = lines.find((line) => line.id === id)?.time;
        return time === undefined ? undefined : { ...place, time, after: newer ?? place.from };
      } catch (error) {
        if (error instanceof ApiFailure && (error.status === 404 || error.status === 400)) return undefined;
        throw error;
      }
    },
    async reaches(needs, signal) {
      const stored = await api.logs.containers(signal);
      if (stored.state !== "collecting") return true;
      return needs.every(({ container, at }) => {
        const name = container ?? only;
        const found = [...stored.containers, ...stored.processes].find((one) => labelOf(one) === name);
        // Of what is not collected, nothing more will come.
        if (found && found.collection !== "following" && found.collection !== "idle") return true;
        return found?.lastTime != null && Date.parse(found.lastTime) >= at;
      });
    },
  };
}
