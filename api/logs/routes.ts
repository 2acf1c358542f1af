import type { Context } from "hono";
import { z } from "zod";
import { canSeeService, type Principal } from "../../shared/protocol/access.ts";
import {
  type LogFilter,
  logAroundAnswer,
  logAroundQuery,
  logContainersAnswer,
  logDownloadQuery,
  logHistogramAnswer,
  logHistogramQuery,
  logLineId,
  logSearchAnswer,
  logSearchQuery,
} from "../../shared/protocol/log-search.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { authorizedStream } from "../access/identity/authorized-stream.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { hidden } from "../services/service-access.ts";
import { openDownload } from "./search/download.ts";
import type { StoreFilter } from "./search/reader.ts";

const tag = "Logs";
/** A download that nobody takes for so long is over, in milliseconds. */
const DOWNLOAD_IDLE_MS = 120_000;
const params = z.object({ id: logLineId.describe("Id of a line, from an earlier answer.") });

/** Log history of all containers, removed ones included: search, counts, download. */
export function logsRoutes(
  { logStore }: Pick<ApiDeps, "logStore">,
  { downloadIdleMs = DOWNLOAD_IDLE_MS }: { downloadIdleMs?: number } = {},
) {
  const downloads = createConcurrencyLimit({
    total: 8,
    perCaller: 2,
    message: "Too many downloads are under way; try again when one has ended.",
  });
  const searches = createConcurrencyLimit({
    total: 24,
    perCaller: 4,
    queue: 24,
    message: "Too many searches are under way; try again in a moment.",
  });
  const inTurn = <T>(c: Context<ApiEnv>, work: () => Promise<T>): Promise<T> =>
    searches.run(callerOf(c), work, c.req.raw.signal);

  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "Search the log history of all containers",
        answer: logSearchAnswer.shape,
        description:
          "Lines of several containers come merged by time. A request searches for two seconds at most: then `complete` is false, and the cursor goes on.",
      }),
      validated("query", logSearchQuery),
      async (c) => {
        const { limit, before, after, order, ...filter } = c.req.valid("query");
        const query = { ...toStoreFilter(c, filter), limit, before, after, order };
        return c.json(ok(await inTurn(c, () => logStore.search(query))));
      },
    )
    .get(
      "/containers",
      described({ tag, summary: "Containers whose logs are kept, and the budget", answer: logContainersAnswer.shape }),
      validated("query", z.strictObject({})),
      async (c) => {
        const { services } = c.get("principal").limits;
        return c.json(ok(await inTurn(c, () => logStore.containers(services))));
      },
    )
    .get(
      "/histogram",
      described({
        tag,
        summary: "Count lines by time and level",
        answer: logHistogramAnswer.shape,
        description: "Without `since` it begins with the oldest line that is kept.",
      }),
      validated("query", logHistogramQuery),
      async (c) => {
        const { buckets, ...filter } = c.req.valid("query");
        const query = { ...toStoreFilter(c, filter), buckets };
        return c.json(ok(await inTurn(c, () => logStore.histogram(query))));
      },
    )
    .get(
      "/download",
      described({
        tag,
        summary: "Download all lines that fit, oldest first",
        media: "text/plain",
        description:
          "`format=ndjson` gives one JSON object a line. Lines that come after the request are not part of it.",
      }),
      validated("query", logDownloadQuery),
      async (c) => {
        const { format, times, ...filter } = c.req.valid("query");
        const query = toStoreFilter(c, filter);
        const type = format === "text" ? "text/plain; charset=utf-8" : "application/x-ndjson; charset=utf-8";
        const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
        // Opened in a tab of our own origin, a log must not be taken for a page.
        c.header("Content-Type", type);
        c.header("Content-Disposition", `attachment; filename="logs-${stamp}.${format === "text" ? "log" : "ndjson"}"`);
        c.header("Content-Security-Policy", "default-src 'none'; sandbox");
        c.header("X-Content-Type-Options", "nosniff");
        c.header("Cache-Control", "no-store");
        if (c.req.method === "HEAD") return c.body(null);
        const release = downloads.tryAcquire(callerOf(c));
        const source = await openDownload(logStore, query, { format, times }).catch((error: unknown) => {
          release();
          throw error;
        });
        const sees = (now: Principal) => requireNames(now, query.names);
        return c.body(authorizedStream(c, source, { sees, idleMs: downloadIdleMs, onEnd: release }));
      },
    )
    .get(
      "/:id/around",
      described({ tag, summary: "One line among those around it", answer: logAroundAnswer.shape }),
      validated("param", params),
      validated("query", logAroundQuery),
      async (c) => {
        const { limits } = c.get("principal");
        const { id } = c.req.valid("param");
        const query = { id, ...c.req.valid("query"), names: limits.services };
        return c.json(ok(await inTurn(c, () => logStore.around(query))));
      },
    );
}

/** Throws `forbidden` unless the caller sees all of these containers; null: every container there is. */
function requireNames({ limits }: Principal, names: readonly string[] | null): void {
  const sees = names === null ? limits.services === null : names.every((name) => canSeeService(limits, name));
  if (!sees) throw hidden();
}

/** What the caller asked for, and no more than he may see. */
function toStoreFilter(c: Context<ApiEnv>, { container, ...filter }: LogFilter): StoreFilter {
  const { limits } = c.get("principal");
  requireNames(c.get("principal"), container);
  const { since, until } = filter;
  if (since !== undefined && until !== undefined && Date.parse(since) > Date.parse(until)) {
    throw new AppError("invalid_input", "The time it begins with is later than the one it ends with.");
  }
  return { ...filter, names: container.length > 0 ? container : limits.services };
}
