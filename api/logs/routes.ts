import type { Context } from "hono";
import { z } from "zod";
import { may, type Principal } from "../../shared/protocol/access.ts";
import {
  type LogFilter,
  type LogSourceKind,
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
import { type LogSelection, selectSources } from "./search/log-selection.ts";
import type { StoreFilter } from "./search/reader.ts";
import { toMicrosOf } from "./store/line-time.ts";

const tag = "Logs";
/** A download that nobody takes for so long is over, in milliseconds. */
const DOWNLOAD_IDLE_MS = 120_000;
const params = z.object({ id: logLineId.describe("Id of a line, from an earlier answer.") });

/** Log history of all containers, processes and MCP servers, removed ones included: search, counts, download. */
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
        summary: "Search the log history of containers, processes and MCP servers",
        answer: logSearchAnswer.shape,
        description:
          "Lines of several logs come merged by time. A request searches for two seconds at most: then `complete` is false, and the cursor goes on.",
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
      described({ tag, summary: "What is stored of each log, and the budget", answer: logContainersAnswer.shape }),
      validated("query", z.strictObject({})),
      async (c) => {
        return c.json(ok(await inTurn(c, () => logStore.containers(toSelection(c.get("principal"))))));
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
        const sees = (now: Principal) => requireSources(now, query.sources);
        return c.body(authorizedStream(c, source, { sees, idleMs: downloadIdleMs, onEnd: release }));
      },
    )
    .get(
      "/:id/around",
      described({ tag, summary: "One line among those around it", answer: logAroundAnswer.shape }),
      validated("param", params),
      validated("query", logAroundQuery),
      async (c) => {
        const { id } = c.req.valid("param");
        const query = { id, ...c.req.valid("query"), sources: toSelection(c.get("principal")) };
        return c.json(ok(await inTurn(c, () => logStore.around(query))));
      },
    );
}

/** The logs that a principal can see; null: every log. @throws AppError `forbidden` for one who may see no kind of log */
function toSelection(principal: Principal): LogSelection | null {
  if (!(["services:view", "deployments:view", "mcp:view"] as const).some((view) => may(principal, view)))
    throw hidden();
  const { deployments } = principal.limits;
  const services = may(principal, "services:view") ? principal.limits.services : [];
  const process = may(principal, "deployments:view") ? deployments : [];
  const mcp = may(principal, "mcp:view") ? null : [];
  return services === null && process === null && mcp === null ? null : { container: services, process, mcp };
}

/** Throws `forbidden` unless the principal sees all of these logs; null: every log there is. */
function requireSources(principal: Principal, sources: LogSelection | null): void {
  const seen = toSelection(principal);
  if (seen === null) return;
  if (sources === null) throw hidden();
  const filter = selectSources(seen);
  for (const [kind, names] of Object.entries(sources) as [LogSourceKind, readonly string[] | null][]) {
    if (seen[kind] === null) continue;
    if (names === null || !names.every((name) => filter.has({ kind, name }))) throw hidden();
  }
}

/** What the caller asked for, and no more than he may see. @throws AppError `forbidden` for a named log that he may not */
function toStoreFilter(c: Context<ApiEnv>, filter: LogFilter): StoreFilter {
  const { container, process, mcp, kind, ...more } = filter;
  const principal = c.get("principal");
  const isNamed = container.length + process.length + mcp.length > 0;
  const named = { container, process, mcp };
  requireSources(principal, named);
  const { since, until } = more;
  if (since !== undefined && until !== undefined && toMicrosOf(since).first > toMicrosOf(until).last) {
    throw new AppError("invalid_input", "The time it begins with is later than the one it ends with.");
  }
  if (isNamed) return { ...more, sources: named };
  const seen = toSelection(principal);
  if (kind.length === 0) return { ...more, sources: seen };
  const chosen = kind.map((one) => [one, seen === null ? null : (seen[one] ?? (one in seen ? null : []))] as const);
  return { ...more, sources: Object.fromEntries(chosen) };
}
