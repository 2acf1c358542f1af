import { canSeeDeployment } from "../../shared/protocol/access.ts";
import { processListQuery, processListSchema } from "../../shared/protocol/process-list.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { requireDaemon } from "./find.ts";

/** Read of PM2's list as a whole: `/api/process-list`. Not below `/api/deployments`, where any name is an app. */
export function processListRoutes({ processes }: Pick<ApiDeps, "processes">) {
  return createRoutes().get(
    "/",
    described({
      tag: "Processes",
      summary: "Whether PM2's apps come back after a reboot",
      description:
        "Compares the list of a PM2 daemon with its saved list, and looks for the systemd unit that starts this daemon.",
      answer: { list: processListSchema },
    }),
    validated("query", processListQuery),
    async (c) => {
      const { limits } = c.get("principal");
      const { daemon } = c.req.valid("query");
      requireDaemon(limits, daemon);
      const list = await (await processes.daemon(daemon)).savedState();
      return c.json(ok({ list: { ...list, apps: list.apps.filter(({ id }) => canSeeDeployment(limits, id)) } }));
    },
  );
}
