import { diskUsageSchema, prunePreviewSchema } from "../../shared/protocol/disk.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { messages } from "./messages.ts";

const tag = "Disk";

/** Disk usage of Docker, and previews of what a prune would remove. The prune itself is in `actions.ts`. */
export function diskRoutes({ docker: { disk } }: Pick<ApiDeps, "docker">) {
  const previews = createConcurrencyLimit({
    total: 8,
    perCaller: 2,
    queue: 4,
    message: messages.tooManyPreviews,
  });
  return createRoutes()
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
