import { accessOf } from "../actions/access-rows.ts";
import { actions } from "../actions/list.ts";
import type { AccessEntry, AccessRule, AccessTable } from "./access-entry.ts";

const change = (rule: AccessRule, action: string): AccessEntry => ({ rule, action });
const view = (rule: AccessRule): AccessEntry => ({ rule });
/** About the whole Docker host: not for callers limited to some containers. */
const hostView = (rule: AccessRule): AccessEntry => ({ rule, scope: "host" });
/** About all containers and processes: not for callers with any limit. */
const fullView = (rule: AccessRule): AccessEntry => ({ rule, scope: "all" });

/** Routes that change nothing that is audited. */
export const readRoutes: AccessTable = {
  "GET /health": view("public"),
  "GET /ready": view("monitor"),
  "GET /metrics": view("monitor"),
  "POST /internal/handshakes": view("emit-token"),
  "POST /internal/sessions": view("emit-token"),
  "POST /internal/jobs": view("emit-token"),
  "POST /internal/shells": view("emit-token"),
  "GET /api/openapi.json": view("signed-in"),
  "GET /api/docs": view("signed-in"),
  "GET /api/docs/:asset": view("signed-in"),
  "GET /api/setup": view("public"),
  "GET /api/oidc": view("public"),
  "GET /api/oidc/start": view("public"),
  "POST /api/session/passkey/options": view("public"),
  "GET /api/session": view("stranger-or-signed-in"),
  "POST /api/session/proof/options": view("session"),
  "GET /api/account": view("session"),
  "GET /api/account/sessions": view("session"),
  "POST /api/account/passkeys/options": { rule: "session", stepUp: true },
  "GET /api/access": view("session"),
  "GET /api/getting-started": hostView("access:manage"),
  "GET /api/users": view("access:manage"),
  "GET /api/keys": view("session"),
  "GET /api/audit": view("audit:view"),
  "GET /api/actions": view("signed-in"),
  "GET /api/settings": hostView("settings:manage"),
  "GET /api/services": view("services:view"),
  "GET /api/services/:id": view("services:view"),
  "GET /api/services/:id/history": view("services:view"),
  "GET /api/services/:id/processes": view("services:view"),
  "GET /api/services/:id/inspect": view("services:view"),
  "GET /api/services/:id/shells": view("services:shell"),
  "GET /api/images": hostView("docker:view"),
  "GET /api/images/:id": hostView("docker:view"),
  "GET /api/volumes": hostView("docker:view"),
  "GET /api/volumes/:name": hostView("docker:view"),
  "GET /api/networks": hostView("docker:view"),
  "GET /api/networks/:id": hostView("docker:view"),
  "GET /api/disk": hostView("docker:view"),
  "GET /api/disk/prune": hostView("docker:view"),
  "GET /api/updates": view("services:view"),
  "GET /api/registries": hostView("docker:manage"),
  // Of each kind of log, callers who may see its sources: the routes look.
  "GET /api/logs": view("signed-in"),
  "GET /api/logs/containers": view("signed-in"),
  "GET /api/logs/histogram": view("signed-in"),
  "GET /api/logs/download": view("signed-in"),
  "GET /api/logs/:id/around": view("signed-in"),
  // Callers who may start any job. For each job, callers who may start that one.
  "GET /api/jobs": view("signed-in"),
  "GET /api/jobs/:id": view("signed-in"),
  // Every caller; of each record, the callers who can see its target.
  "GET /api/activity": view("signed-in"),
  "GET /api/activity/:id": view("signed-in"),
  "GET /api/activity/:id/output": view("signed-in"),
  "GET /api/stacks": hostView("stacks:view"),
  "POST /api/stacks/validate": hostView("stacks:view"),
  "GET /api/stacks/:name": hostView("stacks:view"),
  "GET /api/stacks/:name/file": hostView("stacks:view"),
  "GET /api/stacks/:name/saves": hostView("stacks:manage"),
  "GET /api/stacks/:name/revisions": hostView("stacks:view"),
  "GET /api/stacks/:name/revisions/:id": hostView("stacks:view"),
  "GET /api/stacks/:name/env": hostView("stacks:view"),
  "GET /api/catalogue": view("catalogue:view"),
  "GET /api/catalogue/:id": view("catalogue:view"),
  "POST /api/catalogue/:id/preview": hostView("catalogue:install"),
  "GET /api/deployments": view("deployments:view"),
  "GET /api/deployments/:id": view("deployments:view"),
  "GET /api/process-list": view("deployments:view"),
  "GET /api/process-list/interpreters": fullView("deployments:create"),
  // Says which files there are, anywhere on the host.
  "POST /api/process-list/preview": { ...fullView("deployments:create"), stepUp: true, scopedKeys: true },
  "GET /api/deployments/:id/details": view("deployments:view"),
  "GET /api/deployments/:id/history": view("deployments:view"),
  // Each part by its own permission; what the caller may not see is left out.
  "GET /api/watch": view("signed-in"),
  "GET /api/watch/trends": view("signed-in"),
  "GET /api/system": view("system:view"),
  "GET /api/system/version": view("system:view"),
  "GET /api/system/stats": view("system:view"),
  "GET /api/system/history": view("system:view"),
  "GET /api/mcp": view("mcp:view"),
  "GET /api/mcp/:id": view("mcp:view"),
  "POST /api/mcp/import/preview": view("mcp:manage"),
  "GET /api/mcp/:id/snippets": view("mcp:manage"),
  "GET /api/mcp/:id/tools": view("mcp:view"),
  "GET /api/mcp/:id/log": view("mcp:view"),
  "GET /api/mcp/:id/about": view("mcp:view"),
  "GET /api/mcp/:id/resources": view("mcp:view"),
  "GET /api/mcp/:id/resource-templates": view("mcp:view"),
  "GET /api/mcp/:id/prompts": view("mcp:view"),
  "GET /api/mcp/:id/changes": view("mcp:view"),
  // Whoever may call the server: these hold what was sent to it, or send something.
  "GET /api/mcp/:id/completion": view("mcp:control"),
  "GET /api/mcp/:id/roots": view("mcp:control"),
  "GET /api/mcp/:id/requests": view("mcp:control"),
  "GET /api/mcp/:id/wire": view("mcp:control"),
  "GET /api/mcp/:id/saved-calls": view("mcp:control"),
  "GET /api/mcp/oauth/start": view("mcp:manage"),
  // The return address of OAuth, which carries its own proof: a finished sign-in writes its own line of the audit trail.
  "GET /api/mcp/oauth/callback": view("public"),
  // Only the user who opened it, once.
  "GET /api/mcp-apps/:view": view("mcp:control"),
  "GET /api/mcp-gateway": view("mcp:manage"),
  "GET /api/mcp-gateway/items": view("mcp:manage"),
  "GET /api/mcp-gateway/calls": view("mcp:manage"),
  // Messages of programs. Each call is in the history of the gateway.
  "GET /api/agent/mcp": view("gateway"),
  "POST /api/agent/mcp": view("gateway"),
  "DELETE /api/agent/mcp": view("gateway"),
  "GET /api/alerts": view("alerts:view"),
  "GET /api/alerts/history": view("alerts:view"),
  "GET /api/alerts/bell": view("alerts:view"),
  // Marking as read is not audited: every viewer could fill the trail with it.
  "POST /api/alerts/bell/read": view("alerts:view"),
  "GET /api/alerts/rules": fullView("alerts:view"),
  "GET /api/alerts/rules/:id": fullView("alerts:view"),
  // Only for callers who may change channels: a topic, the path of a hook or a mail server can be misused.
  "GET /api/alerts/channels": fullView("alerts:manage"),
  "GET /api/files": view("files:view"),
  "GET /api/files/text": view("files:view"),
  "GET /api/files/saves": view("files:change"),
  "GET /api/files/download": view("files:view"),
};

/**
 * Changes that are no actions: log-in, log-out and set-up happen before there is a caller, and a shell is attached to by
 * a socket.
 */
export const exceptionRoutes: AccessTable = {
  "POST /api/setup": change("public", "setup:finish"),
  "GET /api/oidc/callback": change("public", "session:login-oidc"),
  "POST /api/session": change("public", "session:login"),
  "POST /api/session/passkey": change("public", "session:login-passkey"),
  "DELETE /api/session": change("session", "session:logout"),
  "POST /api/session/proof": change("session", "session:prove"),
  "POST /api/services/:id/shells": change("services:shell", "service:shell-open"),
  "DELETE /api/services/:id/shells/:shell": change("services:shell", "service:shell-end"),
};

/** Every route and its rule. A route that is not listed is closed, however it is mounted. */
export const accessTable: AccessTable = { ...readRoutes, ...accessOf(actions), ...exceptionRoutes };
