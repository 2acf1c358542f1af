import { canSeeDeployment } from "../../shared/protocol/access.ts";
import {
  deploymentPreviewSchema,
  previewDeploymentBody,
  processHostSchema,
} from "../../shared/protocol/process-create.ts";
import { processListQuery, processListSchema } from "../../shared/protocol/process-list.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { requireDaemon } from "./find.ts";

const tag = "Processes";

/**
 * Reads of PM2's list as a whole, and of what can be added to it: `/api/process-list`. Not below `/api/deployments`, where any
 * name is an app.
 */
export function processListRoutes({ processes }: Pick<ApiDeps, "processes">) {
  return createRoutes()
    .get(
      "/",
      described({
        tag,
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
    )
    .get(
      "/interpreters",
      described({
        tag,
        summary: "Where a new process would run: its user, and the interpreters that are installed",
        answer: { host: processHostSchema },
      }),
      validated("query", processListQuery),
      async (c) => {
        const { daemon } = c.req.valid("query");
        return c.json(ok({ host: await (await processes.daemon(daemon)).interpreters() }));
      },
    )
    .post(
      "/preview",
      described({
        tag,
        summary: "Say what a process to create would run, and what hinders it",
        description: "Starts nothing. Takes the names of its variables without their values.",
        answer: { preview: deploymentPreviewSchema },
      }),
      validated("json", previewDeploymentBody),
      async (c) => {
        const { daemon, ...preview } = c.req.valid("json");
        return c.json(ok({ preview: await (await processes.daemon(daemon)).preview(preview) }));
      },
    );
}
