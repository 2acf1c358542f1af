import { countContainers, countProcesses } from "../../shared/health/running.ts";
import { releaseSchema } from "../../shared/protocol/release.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { SystemStats } from "../../shared/protocol/system.ts";
import { dependenciesSchema, systemInfoSchema, systemStatsSchema } from "../../shared/protocol/system.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";

const tag = "System";

/** Routes of the host: its description, metrics, and the state of the parts the panel depends on. */
export function systemRoutes({
  metrics,
  docker,
  processes,
  dependencies,
  versions,
}: Pick<ApiDeps, "metrics" | "docker" | "processes" | "dependencies" | "versions">) {
  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "Describe the host and the state of Docker, PM2 and files",
        answer: { info: systemInfoSchema, dependencies: dependenciesSchema },
      }),
      async (c) => {
        const [info, states] = await Promise.all([metrics.info(), dependencies.states()]);
        return c.json(ok({ info, dependencies: states }));
      },
    )
    .get(
      "/version",
      described({
        tag,
        summary: "Get the release that the API and the realtime server run",
        description: "The web app reports the `build` of its own at `/version` of the page's address.",
        answer: { api: releaseSchema, realtime: releaseSchema.nullable().describe("Null: it does not respond.") },
      }),
      async (c) => c.json(ok({ api: versions.api, realtime: await versions.realtime() })),
    )
    .get(
      "/stats",
      described({ tag, summary: "Get a sample of the host's metrics", answer: { stats: systemStatsSchema } }),
      async (c) => {
        const [sample, containers, pm2Processes] = await Promise.all([
          metrics.sample(),
          docker.list().then(countContainers, () => null),
          processes.list().then(countProcesses, () => null),
        ]);
        return c.json(ok({ stats: { ...sample, containers, pm2Processes } satisfies SystemStats }));
      },
    );
}
