import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { answer, routes } from "./request.ts";

/** The first steps of a new installation, for administrators. */
export const gettingStarted = {
  read: () => answer(routes()["getting-started"].$get()),
  setDismissed: (dismissed: boolean) => answer(routes()["getting-started"].$put({ json: { dismissed } })),
};

export const system = {
  info: () => answer(routes().system.$get()),
  history: async (range: HistoryRange) => (await answer(routes().system.history.$get({ query: { range } }))).history,
  stats: async () => (await answer(routes().system.stats.$get())).stats,
};
