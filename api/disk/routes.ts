import { diskUsageSchema, prunePreviewSchema } from "../../shared/protocol/disk.ts";
import { ok } from "../../shared/protocol/result.ts";
import { requireHostScope } from "../access/identity/host-scope.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createShares } from "../http/concurrency-limits.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";

const tag = "Disk";

/** Disk usage of Docker, and previews of what a prune would remove. The prune itself is in `actions.ts`. */
export function diskRoutes({ docker: { disk } }: Pick<ApiDeps, "docker">) {
  const previews = createShares({
    total: 8,
    perCaller: 2,
    waiting: 4,
    busy: "Too many previews are being created; try again in a moment.",
  });
  return createRoutes()
    .use(async (c, next) => {
      requireHostScope(c);
      await next();
    })
    .get(
      "/",
      described({
        tag,
        summary: "Disk usage of images, containers, volumes and builds",
        answer: { usage: diskUsageSchema },
      }),
      async (c) => c.json(ok({ usage: await disk.usage() })),
    )
    .get(
      "/prune",
      described({
        tag,
        summary: "Preview what a prune would remove, and how much it would free",
        description: "Nothing is removed. The preview is remembered for ten minutes.",
        answer: { preview: prunePreviewSchema },
      }),
      async (c) =>
        c.json(ok({ preview: await previews.run(callerOf(c), () => disk.preview(callerOf(c)), c.req.raw.signal) })),
    );
}
