import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { basePath } from "../urls.ts";
import { answer, routes } from "./request.ts";

/** The first steps of a new installation, for administrators. */
export const gettingStarted = {
  read: () => answer(routes()["getting-started"].$get()),
  setDismissed: (dismissed: boolean) => answer(routes()["getting-started"].$put({ json: { dismissed } })),
};

export const system = {
  info: () => answer(routes().system.$get()),
  /** The releases that the three processes run; null for one that does not respond. */
  versions: async () => {
    const [servers, web] = await Promise.all([answer(routes().system.version.$get()), webBuild()]);
    return { ...servers, web };
  },
  history: async (range: HistoryRange) => (await answer(routes().system.history.$get({ query: { range } }))).history,
  stats: async () => (await answer(routes().system.stats.$get())).stats,
};

/** The build of the web app that serves this page; null when it cannot be asked. */
async function webBuild(): Promise<string | null> {
  try {
    const response = await fetch(`${basePath()}/version`, { cache: "no-store" });
    const { build } = (await response.json()) as { build?: unknown };
    return typeof build === "string" ? build : null;
  } catch {
    return null;
  }
}
