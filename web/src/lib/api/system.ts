import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { answer, routes } from "./request.ts";

export const system = {
  info: () => answer(routes().system.$get()),
  history: async (range: HistoryRange) => (await answer(routes().system.history.$get({ query: { range } }))).history,
  stats: async () => (await answer(routes().system.stats.$get())).stats,
};
