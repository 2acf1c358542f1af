import { diskUsageSchema, prunePreviewSchema, pruneRequest } from "../../shared/protocol/disk.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { callerOf, createShares } from "../http/shares.ts";
import { validated } from "../http/validate.ts";
import { beginJob } from "../jobs/start-job.ts";

const tag = "Disk";

/** Room that Docker takes on the disk, what could come back, and pruning of exactly that. */
export function diskRoutes({ docker: { disk }, jobs }: Pick<ApiDeps, "docker" | "jobs">) {
  const previews = createShares({
    total: 8,
    perCaller: 2,
    waiting: 4,
    busy: "Too many previews are being made; try again in a moment.",
  });
  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
      await next();
    })
    .get(
      "/",
      described({
        tag,
        summary: "Room that images, containers, volumes and builds take",
        answer: { usage: diskUsageSchema },
      }),
      async (c) => c.json(ok({ usage: await disk.usage() })),
    )
    .get(
      "/prune",
      described({
        tag,
        summary: "What could go now, and how much would come back",
        description: "Nothing is removed. The preview is remembered for ten minutes.",
        answer: { preview: prunePreviewSchema },
      }),
      async (c) =>
        c.json(ok({ preview: await previews.run(callerOf(c), () => disk.preview(callerOf(c)), c.req.raw.signal) })),
    )
    .post(
      "/prune",
      described({
        tag,
        summary: "Remove what a preview named",
        description: "What has come into use since is left, and told in the result of the job.",
        answer: { job: jobSchema },
        status: 202,
      }),
      validated("json", pruneRequest),
      (c) => {
        const { preview, items } = c.req.valid("json");
        disk.check(preview, items);
        const job = beginJob(c, jobs, {
          kind: "disk:prune",
          target: items.length === 1 ? "1 item" : `${items.length} items`,
          keys: { own: ["prune"] },
          run: async ({ signal, step }) => ({ ...(await disk.prune(preview, items, { signal, onStep: step })) }),
        });
        return c.json(ok({ job }), 202);
      },
    );
}
