import { ApiFailure, api } from "../../../lib/api.ts";
import { toParameters } from "../search/log-query.ts";
import type { LogHistory } from "./log-history.ts";

type Parameters = [name: string, value: string][];

export const containerParameters = (containers: readonly string[]): Parameters =>
  containers.map((name) => ["container", name]);

/** The log history of these containers as the API gives them; of all when none is named. */
export function createStoredHistory(containers: readonly string[]): LogHistory {
  return {
    search(query, { order, limit, before, after }, signal) {
      const place: Parameters = [
        ["order", order],
        ["limit", String(limit)],
      ];
      if (before !== undefined) place.push(["before", before]);
      if (after !== undefined) place.push(["after", after]);
      return api.logs.search([...containerParameters(containers), ...toParameters(query), ...place], signal);
    },
    async timeOf(id, signal) {
      try {
        const { lines } = await api.logs.around(id, 0, signal);
        return lines.find((line) => line.id === id)?.time;
      } catch (error) {
        if (error instanceof ApiFailure && (error.status === 404 || error.status === 400)) return undefined;
        throw error;
      }
    },
    async reaches(needs, signal) {
      const stored = await api.logs.containers(signal);
      if (stored.state !== "collecting") return true;
      return needs.every(({ container, at }) => {
        const name = container ?? containers[0];
        // Lines of processes are not stored: nobody waits for them.
        if (container !== undefined && containers.length > 0 && !containers.includes(container)) return true;
        const found = stored.containers.find((one) => one.name === name);
        // Of what is not collected, nothing more will come.
        if (found && found.collection !== "following" && found.collection !== "idle") return true;
        return found?.lastTime != null && Date.parse(found.lastTime) >= at;
      });
    },
  };
}
