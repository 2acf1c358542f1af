import { answer, routes } from "./request.ts";

export const system = {
  info: () => answer(routes().system.$get()),
  stats: async () => (await answer(routes().system.stats.$get())).stats,
};
