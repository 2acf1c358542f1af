import { Hono } from "hono";
import { errorHandler, notFoundHandler } from "../shared/server/errors.ts";
import { requestId } from "../shared/server/request-id.ts";
import { type ApiEnv, createRoutes } from "./context.ts";
import type { ApiDeps } from "./deps.ts";
import { docsRoutes } from "./docs.ts";
import { createApiMetrics } from "./lib/api-metrics.ts";
import { bodySize } from "./middleware/body-size.ts";
import { createGuard, type GuardOptions } from "./middleware/guard.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { wholeBody } from "./middleware/whole-body.ts";
import { accountRoutes } from "./routes/account.ts";
import { alertsRoutes } from "./routes/alerts.ts";
import { auditRoutes } from "./routes/audit.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { deploymentsRoutes } from "./routes/deployments.ts";
import { diskRoutes } from "./routes/disk.ts";
import { filesRoutes } from "./routes/files.ts";
import { healthRoutes } from "./routes/health.ts";
import { imagesRoutes } from "./routes/images.ts";
import { internalRoutes } from "./routes/internal.ts";
import { jobsRoutes } from "./routes/jobs.ts";
import { keysRoutes } from "./routes/keys.ts";
import { logsRoutes } from "./routes/logs.ts";
import { mcpRoutes } from "./routes/mcp.ts";
import { networksRoutes } from "./routes/networks.ts";
import { oidcRoutes } from "./routes/oidc.ts";
import { passkeyRoutes } from "./routes/passkeys.ts";
import { registriesRoutes } from "./routes/registries.ts";
import { serviceLifecycleRoutes } from "./routes/service-lifecycle.ts";
import { servicesRoutes } from "./routes/services.ts";
import { sessionRoutes } from "./routes/session.ts";
import { setupRoutes } from "./routes/setup.ts";
import { shellsRoutes } from "./routes/shells.ts";
import { stacksRoutes } from "./routes/stacks.ts";
import { serviceHistoryRoutes, systemHistoryRoutes } from "./routes/stats-history.ts";
import { systemRoutes } from "./routes/system.ts";
import { serviceUpdatesRoutes, updatesRoutes } from "./routes/updates.ts";
import { usersRoutes } from "./routes/users.ts";
import { volumesRoutes } from "./routes/volumes.ts";

/** Everything under `/api`, chained so that the typed client knows each path, input and answer. */
const apiRoutes = (deps: ApiDeps) =>
  createRoutes()
    .route("/services", servicesRoutes(deps))
    .route("/services", serviceLifecycleRoutes(deps))
    .route("/services", shellsRoutes(deps))
    .route("/images", imagesRoutes(deps))
    .route("/volumes", volumesRoutes(deps))
    .route("/networks", networksRoutes(deps))
    .route("/services", serviceUpdatesRoutes(deps))
    .route("/updates", updatesRoutes(deps))
    .route("/disk", diskRoutes(deps))
    .route("/registries", registriesRoutes(deps))
    .route("/services", serviceHistoryRoutes(deps))
    .route("/jobs", jobsRoutes(deps))
    .route("/logs", logsRoutes(deps))
    .route("/stacks", stacksRoutes(deps))
    .route("/catalogue", catalogueRoutes(deps))
    .route("/deployments", deploymentsRoutes(deps))
    .route("/system", systemRoutes(deps))
    .route("/system", systemHistoryRoutes(deps))
    .route("/mcp", mcpRoutes(deps))
    .route("/alerts", alertsRoutes(deps))
    .route("/files", filesRoutes(deps))
    .route("/setup", setupRoutes(deps))
    .route("/session", sessionRoutes(deps))
    .route("/account", accountRoutes(deps))
    .route("/account/passkeys", passkeyRoutes(deps))
    .route("/users", usersRoutes(deps))
    .route("/keys", keysRoutes(deps))
    .route("/audit", auditRoutes(deps))
    .route("/oidc", oidcRoutes(deps));

/** The API as a value: what it answers depends on its dependencies only. The guard stands before every route. */
export function createApi(deps: ApiDeps, guard: GuardOptions = {}) {
  const metrics = createApiMetrics(deps);
  const onRefusal: GuardOptions["onRefusal"] = (code) => {
    metrics.refused(code);
    guard.onRefusal?.(code);
  };
  const app = new Hono<ApiEnv>()
    .onError(errorHandler(deps.log))
    .notFound(notFoundHandler)
    .use(
      requestId(),
      metrics.measure(),
      securityHeaders(deps),
      createGuard(deps.access, { ...guard, onRefusal }),
      bodySize(),
      wholeBody(),
    )
    .route("/", healthRoutes(deps, metrics))
    .route("/internal", internalRoutes(deps))
    .route("/api", apiRoutes(deps));
  return app.route("/api", docsRoutes(app));
}

/** For `hono/client`. */
export type ApiApp = ReturnType<typeof createApi>;
