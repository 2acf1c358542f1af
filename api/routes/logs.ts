import type { Context } from "hono";
import { z } from "zod";
import { seesService } from "../../shared/protocol/access.ts";
import {
  type LogFilter,
  logAroundQuery,
  logDownloadQuery,
  logHistogramQuery,
  logLineId,
  logSearchQuery,
} from "../../shared/protocol/log-search.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { type ApiEnv, createRoutes } from "../context.ts";
import type { ApiDeps } from "../deps.ts";
import { hidden } from "../lib/service-access.ts";
import { openDownload } from "../log-store/download.ts";
import type { StoreFilter } from "../log-store/reader.ts";
import { described } from "../middleware/described.ts";
import { validated } from "../middleware/validated.ts";
import { logAroundAnswer, logContainersAnswer, logHistogramAnswer, logSearchAnswer } from "../schemas/log.ts";

const tag = "Logs";
const params = z.object({ id: logLineId.describe("Id of a line, from an earlier answer.") });

/** Kept logs of all containers, removed ones included: searched, counted, downloaded. */
export function logsRoutes({ logStore }: Pick<ApiDeps, "logStore">) {
  return createRoutes()
    .get(
      "/",
      described({
        ...{ tag, summary: "Search the kept logs of all containers", answer: logSearchAnswer },
        description:
          "Lines of several containers come merged by time. A request searches for two seconds at most: then `complete` is false, and the cursor goes on.",
      }),
      validated("query", logSearchQuery),
      async (c) => {
        const { limit, before, after, order, ...filter } = c.req.valid("query");
        return c.json(ok(await logStore.search({ ...toStoreFilter(c, filter), limit, before, after, order })));
      },
    )
    .get(
      "/containers",
      described({ tag, summary: "Containers whose logs are kept, and the budget", answer: logContainersAnswer }),
      validated("query", z.strictObject({})),
      async (c) => c.json(ok(await logStore.containers(c.get("principal").limits.services))),
    )
    .get(
      "/histogram",
      described({
        ...{ tag, summary: "Count lines by time and level", answer: logHistogramAnswer },
        description: "Without `since` it begins with the oldest line that is kept.",
      }),
      validated("query", logHistogramQuery),
      async (c) => {
        const { buckets, ...filter } = c.req.valid("query");
        return c.json(ok(await logStore.histogram({ ...toStoreFilter(c, filter), buckets })));
      },
    )
    .get(
      "/download",
      described({
        ...{ tag, summary: "Download all lines that fit, oldest first", media: "text/plain" },
        description:
          "`format=ndjson` gives one JSON object a line. Lines that come after the request are not part of it.",
      }),
      validated("query", logDownloadQuery),
      async (c) => {
        const { format, times, ...filter } = c.req.valid("query");
        const body = await openDownload(logStore, toStoreFilter(c, filter), {
          format,
          times,
          confirm: c.get("stillAllowed"),
        });
        const type = format === "text" ? "text/plain; charset=utf-8" : "application/x-ndjson; charset=utf-8";
        const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
        // Opened in a tab of our own origin, a log must not be taken for a page.
        c.header("Content-Type", type);
        c.header("Content-Disposition", `attachment; filename="logs-${stamp}.${format === "text" ? "log" : "ndjson"}"`);
        c.header("Content-Security-Policy", "default-src 'none'; sandbox");
        c.header("X-Content-Type-Options", "nosniff");
        c.header("Cache-Control", "no-store");
        return c.body(body);
      },
    )
    .get(
      "/:id/around",
      described({ tag, summary: "One line among those around it", answer: logAroundAnswer }),
      validated("param", params),
      validated("query", logAroundQuery),
      async (c) => {
        const { limits } = c.get("principal");
        const { id } = c.req.valid("param");
        return c.json(ok(await logStore.around({ id, ...c.req.valid("query"), names: limits.services })));
      },
    );
}

/** What the caller asked for, and no more than he may see. */
function toStoreFilter(c: Context<ApiEnv>, { container, ...filter }: LogFilter): StoreFilter {
  const { limits } = c.get("principal");
  for (const name of container) {
    if (!seesService(limits, name)) throw hidden();
  }
  const { since, until } = filter;
  if (since !== undefined && until !== undefined && Date.parse(since) > Date.parse(until)) {
    throw new AppError("invalid_input", "The time it begins with is later than the one it ends with.");
  }
  return { ...filter, names: container.length > 0 ? container : limits.services };
}
