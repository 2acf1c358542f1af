import { Hono } from "hono";
import { errorHandler, notFoundHandler } from "../shared/server/errors.ts";
import { requestId } from "../shared/server/http/request-id.ts";
import { accessRoutes } from "./access/identity/access-areas.ts";
import { usersRoutes } from "./access/identity/users-routes.ts";
import { keysRoutes } from "./access/keys/routes.ts";
import { accountRoutes } from "./access/login/account-routes.ts";
import { proofRoutes } from "./access/login/proof-routes.ts";
import { sessionRoutes } from "./access/login/session-routes.ts";
import { setupRoutes } from "./access/login/setup-routes.ts";
import { oidcRoutes } from "./access/oidc/routes.ts";
import { passkeyRoutes } from "./access/passkeys/routes.ts";
import { accessOf } from "./actions/access-rows.ts";
import type { AnyAction } from "./actions/action.ts";
import { actions } from "./actions/list.ts";
import { offersRoutes } from "./actions/offers.ts";
import { actionRoutes } from "./actions/routes.ts";
import { activityRoutes } from "./activity/routes.ts";
import { alertsRoutes } from "./alerts/routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { catalogueRoutes } from "./catalogue/routes.ts";
import { processListRoutes } from "./deployments/list-routes.ts";
import { deploymentsRoutes } from "./deployments/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { diskRoutes } from "./disk/routes.ts";
import { filesRoutes } from "./files/routes.ts";
import { gettingStartedRoutes } from "./getting-started/routes.ts";
import { healthRoutes } from "./health/routes.ts";
import { accessTable } from "./http/access-table.ts";
import { refuseBadEscapes } from "./http/address-encoding.ts";
import { bodySize } from "./http/body-size.ts";
import { bufferBody } from "./http/buffer-body.ts";
import { compressJson } from "./http/compress.ts";
import { type ApiEnv, createRoutes } from "./http/context.ts";
import { docsRoutes } from "./http/docs/routes.ts";
import { createGuard, type GuardOptions } from "./http/guard.ts";
import { createApiMetrics } from "./http/metrics.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { registriesRoutes } from "./images/registry-routes.ts";
import { imagesRoutes } from "./images/routes.ts";
import { internalRoutes } from "./internal/routes.ts";
import { jobsRoutes } from "./jobs/routes.ts";
import { logsRoutes } from "./logs/routes.ts";
import { mcpAppRoutes } from "./mcp/apps/routes.ts";
import { gatewayEndpoint } from "./mcp/gateway/endpoint.ts";
import { gatewayRoutes } from "./mcp/gateway/routes.ts";
import { mcpRoutes } from "./mcp/routes.ts";
import { signInRoutes } from "./mcp/sign-in/routes.ts";
import { networksRoutes } from "./networks/routes.ts";
import { servicesRoutes } from "./services/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import { shellsRoutes } from "./shells/routes.ts";
import { stacksRoutes } from "./stacks/routes.ts";
import { serviceHistoryRoutes, systemHistoryRoutes } from "./stats-history/routes.ts";
import { systemRoutes } from "./system/routes.ts";
import { updatesRoutes } from "./updates/routes.ts";
import { volumesRoutes } from "./volumes/routes.ts";
import { watchRoutes } from "./watch/routes.ts";

/** Everything under `/api`, chained so that the type has each path, request and response: `http/page-routes.ts` compares them. */
const apiRoutes = (deps: ApiDeps, all: readonly AnyAction[]) =>
  createRoutes()
    .route("/", actionRoutes(actions, deps, all))
    .route("/actions", offersRoutes(deps))
    .route("/services", servicesRoutes(deps))
    .route("/services", shellsRoutes(deps))
    .route("/images", imagesRoutes(deps))
    .route("/volumes", volumesRoutes(deps))
    .route("/networks", networksRoutes(deps))
    .route("/updates", updatesRoutes(deps))
    .route("/disk", diskRoutes(deps))
    .route("/registries", registriesRoutes(deps))
    .route("/services", serviceHistoryRoutes(deps))
    .route("/jobs", jobsRoutes(deps))
    .route("/activity", activityRoutes(deps))
    .route("/logs", logsRoutes(deps))
    .route("/stacks", stacksRoutes(deps))
    .route("/catalogue", catalogueRoutes(deps))
    .route("/deployments", deploymentsRoutes(deps))
    .route("/process-list", processListRoutes(deps))
    .route("/system", systemRoutes(deps))
    .route("/system", systemHistoryRoutes(deps))
    .route("/watch", watchRoutes(deps))
    .route("/mcp/oauth", signInRoutes(deps))
    .route("/mcp", mcpRoutes(deps))
    .route("/mcp-apps", mcpAppRoutes(deps))
    .route("/mcp-gateway", gatewayRoutes(deps))
    .route("/agent/mcp", gatewayEndpoint(deps))
    .route("/alerts", alertsRoutes(deps))
    .route("/files", filesRoutes(deps))
    .route("/getting-started", gettingStartedRoutes(deps))
    .route("/setup", setupRoutes(deps))
    .route("/session", sessionRoutes(deps))
    .route("/session/proof", proofRoutes(deps))
    .route("/account", accountRoutes(deps))
    .route("/account/passkeys", passkeyRoutes(deps))
    .route("/access", accessRoutes(accessTable))
    .route("/users", usersRoutes(deps))
    .route("/keys", keysRoutes(deps))
    .route("/audit", auditRoutes(deps))
    .route("/settings", settingsRoutes(deps))
    .route("/oidc", oidcRoutes(deps));

/**
 * The API as a value: what it answers depends on its dependencies only. The guard stands before every route.
 *
 * @param more Actions beside those of the list, for tests.
 */
export function createApi(deps: ApiDeps, guard: GuardOptions = {}, more: readonly AnyAction[] = []) {
  const metrics = createApiMetrics(deps);
  const all = [...actions, ...more];
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
      compressJson(),
      createGuard(deps, { table: { ...accessTable, ...accessOf(more) }, ...guard, onRefusal }),
      refuseBadEscapes(),
      bodySize(),
      bufferBody(),
    )
    .route("/", healthRoutes(deps, metrics))
    .route("/internal", internalRoutes(deps))
    .route("/api", apiRoutes(deps, all));
  if (more.length > 0) app.route("/api", actionRoutes(more, deps, all));
  return app.route("/api", docsRoutes(app));
}

/** Type of the router. */
export type ApiApp = ReturnType<typeof createApi>;
