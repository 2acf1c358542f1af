import type { Permission } from "../../shared/protocol/access.ts";

/**
 * Who may call a route.
 * - `public`: anybody
 * - `stranger-or-signed-in`: whoever bears no credentials, or valid ones
 * - `signed-in`: any session or API key
 * - `session`: a person's session; never an API key
 * - `emit-token`: the realtime server
 * - `monitor`: an administrator's session, an API key that an administrator made, or the emit token
 * - a permission: sessions and keys whose role (and scopes) include it
 */
export type AccessRule =
  | "public"
  | "stranger-or-signed-in"
  | "signed-in"
  | "session"
  | "emit-token"
  | "monitor"
  | Permission;

export interface AccessEntry {
  rule: AccessRule;
  /** What the trail calls it; every route that changes something has one. */
  action?: string;
  /** Takes a raw body of any type instead of JSON. */
  rawBody?: true;
  /**
   * Sensitive: opens a way in, or shuts one, beyond the session. Asks a person for a proof that is at most ten minutes
   * old (log-in, or `POST /api/session/proof`), and refuses API keys.
   */
  fresh?: true;
  /** Of a sensitive row: lets in keys that have its permission as a scope of their own. */
  scopedKeys?: true;
}

const change = (rule: AccessRule, action: string): AccessEntry => ({ rule, action });
const view = (rule: AccessRule): AccessEntry => ({ rule });
const sensitive = (rule: AccessRule, action: string): AccessEntry => ({ rule, action, fresh: true });

/** Every route there is, and who may call it. What is not listed is closed, however it is mounted. */
export const accessTable: Readonly<Record<`${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`, AccessEntry>> = {
  "GET /health": view("public"),
  "GET /ready": view("monitor"),
  "GET /metrics": view("monitor"),
  "POST /internal/handshake": view("emit-token"),
  "POST /internal/sessions": view("emit-token"),
  "POST /internal/jobs": view("emit-token"),
  "POST /internal/shells": view("emit-token"),

  "GET /api/openapi.json": view("signed-in"),
  "GET /api/docs": view("signed-in"),
  "GET /api/docs/:asset": view("signed-in"),

  "GET /api/setup": view("public"),
  "POST /api/setup": change("public", "setup:finish"),
  "GET /api/oidc": view("public"),
  "GET /api/oidc/start": view("public"),
  "GET /api/oidc/callback": change("public", "session:login-oidc"),
  "POST /api/session": change("public", "session:login"),
  "POST /api/session/passkey/options": view("public"),
  "POST /api/session/passkey": change("public", "session:login-passkey"),
  "GET /api/session": view("stranger-or-signed-in"),
  "DELETE /api/session": change("session", "session:logout"),
  "POST /api/session/proof/options": view("session"),
  "POST /api/session/proof": change("session", "session:prove"),

  "GET /api/account": view("session"),
  "GET /api/account/sessions": view("session"),
  "DELETE /api/account/sessions/:id": change("session", "session:revoke"),
  "POST /api/account/password": change("session", "account:password"),
  "POST /api/account/totp": sensitive("session", "account:totp-begin"),
  "POST /api/account/totp/confirm": change("session", "account:totp-confirm"),
  "DELETE /api/account/totp": sensitive("session", "account:totp-remove"),

  "POST /api/account/passkeys/options": { rule: "session", fresh: true },
  "POST /api/account/passkeys": sensitive("session", "account:passkey-add"),
  "PATCH /api/account/passkeys/:id": change("session", "account:passkey-rename"),
  "DELETE /api/account/passkeys/:id": sensitive("session", "account:passkey-remove"),

  "GET /api/users": view("access:manage"),
  "POST /api/users": sensitive("access:manage", "user:create"),
  "PATCH /api/users/:id": sensitive("access:manage", "user:change"),
  "DELETE /api/users/:id": sensitive("access:manage", "user:remove"),
  "DELETE /api/users/:id/sessions": change("access:manage", "user:revoke-sessions"),
  "GET /api/keys": view("session"),
  "POST /api/keys": sensitive("session", "key:create"),
  "DELETE /api/keys/:id": change("session", "key:revoke"),
  "GET /api/audit": view("audit:view"),

  "GET /api/services": view("services:view"),
  "GET /api/services/:id": view("services:view"),
  "POST /api/services/:id/start": change("services:control", "service:start"),
  "POST /api/services/:id/stop": change("services:control", "service:stop"),
  "POST /api/services/:id/restart": change("services:control", "service:restart"),
  "DELETE /api/services/:id": change("services:remove", "service:remove"),
  "GET /api/services/:id/history": view("services:view"),
  "PATCH /api/services/:id": change("services:control", "service:update"),
  "POST /api/services/:id/pause": change("services:control", "service:pause"),
  "POST /api/services/:id/unpause": change("services:control", "service:unpause"),
  "POST /api/services/:id/kill": change("services:control", "service:kill"),
  "POST /api/services/:id/rename": change("services:control", "service:rename"),
  "POST /api/services/:id/recreate": change("services:control", "service:recreate"),
  "GET /api/services/:id/processes": view("services:view"),
  "GET /api/services/:id/inspect": view("services:view"),
  "GET /api/services/:id/shells": view("services:shell"),
  "POST /api/services/:id/shells": change("services:shell", "service:shell-open"),
  "DELETE /api/services/:id/shells/:shell": change("services:shell", "service:shell-end"),

  "GET /api/images": view("docker:view"),
  "POST /api/images/pull": change("docker:manage", "image:pull"),
  "GET /api/images/:id": view("docker:view"),
  "POST /api/images/:id/tag": change("docker:manage", "image:tag"),
  "DELETE /api/images/:id": change("docker:manage", "image:remove"),
  "GET /api/volumes": view("docker:view"),
  "POST /api/volumes": change("docker:manage", "volume:create"),
  "GET /api/volumes/:name": view("docker:view"),
  "DELETE /api/volumes/:name": change("docker:manage", "volume:remove"),
  "GET /api/networks": view("docker:view"),
  "POST /api/networks": change("docker:manage", "network:create"),
  "GET /api/networks/:id": view("docker:view"),
  "POST /api/networks/:id/connect": change("docker:manage", "network:connect"),
  "POST /api/networks/:id/disconnect": change("docker:manage", "network:disconnect"),
  "DELETE /api/networks/:id": change("docker:manage", "network:remove"),
  "GET /api/disk": view("docker:view"),
  "GET /api/disk/prune": view("docker:view"),
  "POST /api/disk/prune": change("docker:manage", "disk:prune"),
  "GET /api/updates": view("services:view"),
  "POST /api/updates/check": change("services:control", "update:check"),
  "POST /api/services/:id/update": change("services:control", "service:update"),
  "POST /api/services/:id/go-back": change("services:control", "service:go-back"),
  "GET /api/registries": view("docker:manage"),
  "POST /api/registries": change("docker:manage", "registry:login"),
  "DELETE /api/registries/:id": change("docker:manage", "registry:logout"),

  "GET /api/logs": view("services:view"),
  "GET /api/logs/containers": view("services:view"),
  "GET /api/logs/histogram": view("services:view"),
  "GET /api/logs/download": view("services:view"),
  "GET /api/logs/:id/around": view("services:view"),

  // Who may begin any job; of each job, who may begin that one.
  "GET /api/jobs": view("signed-in"),
  "GET /api/jobs/:id": view("signed-in"),
  "DELETE /api/jobs/:id": change("signed-in", "job:cancel"),

  "GET /api/stacks": view("stacks:view"),
  "POST /api/stacks": change("stacks:manage", "stack:create"),
  "POST /api/stacks/look": change("stacks:view", "stack:look-for-compose"),
  "POST /api/stacks/validate": view("stacks:view"),
  "GET /api/stacks/:name": view("stacks:view"),
  "DELETE /api/stacks/:name": change("stacks:manage", "stack:remove"),
  "GET /api/stacks/:name/file": view("stacks:view"),
  "PUT /api/stacks/:name/file": change("stacks:manage", "stack:write"),
  "GET /api/stacks/:name/saves": view("stacks:manage"),
  "POST /api/stacks/:name/saves/:id": change("stacks:manage", "stack:choose-version"),
  "GET /api/stacks/:name/revisions": view("stacks:view"),
  "GET /api/stacks/:name/revisions/:id": view("stacks:view"),
  "GET /api/stacks/:name/env": view("stacks:view"),
  "PUT /api/stacks/:name/env": change("stacks:manage", "stack:variables"),
  "POST /api/stacks/:name/up": change("stacks:manage", "stack:up"),
  "POST /api/stacks/:name/down": change("stacks:manage", "stack:down"),
  "POST /api/stacks/:name/stop": change("stacks:manage", "stack:stop"),
  "POST /api/stacks/:name/restart": change("stacks:manage", "stack:restart"),
  "POST /api/stacks/:name/pull": change("stacks:manage", "stack:pull"),
  "GET /api/catalogue": view("catalogue:view"),
  "GET /api/catalogue/:id": view("catalogue:view"),
  "POST /api/catalogue/:id/preview": view("catalogue:install"),
  "POST /api/catalogue/:id/install": change("catalogue:install", "catalogue:install"),
  "POST /api/catalogue/installs/:jobId/credentials": change("catalogue:install", "catalogue:claim-credentials"),

  "GET /api/deployments": view("deployments:view"),
  "GET /api/deployments/:id": view("deployments:view"),
  "POST /api/deployments/:id/start": change("deployments:control", "deployment:start"),
  "POST /api/deployments/:id/stop": change("deployments:control", "deployment:stop"),
  "POST /api/deployments/:id/restart": change("deployments:control", "deployment:restart"),
  "POST /api/deployments/:id/reload": change("deployments:control", "deployment:reload"),
  "DELETE /api/deployments/:id": change("deployments:remove", "deployment:remove"),

  "GET /api/system": view("system:view"),
  "GET /api/system/stats": view("system:view"),
  "GET /api/system/history": view("system:view"),

  "GET /api/mcp": view("mcp:view"),
  // Says what program this host runs, or where secrets are sent.
  "POST /api/mcp": { ...sensitive("mcp:manage", "mcp:create"), scopedKeys: true },
  "GET /api/mcp/:id": view("mcp:view"),
  "PUT /api/mcp/:id": { ...sensitive("mcp:manage", "mcp:change"), scopedKeys: true },
  "DELETE /api/mcp/:id": change("mcp:manage", "mcp:remove"),
  "POST /api/mcp/:id/start": change("mcp:control", "mcp:start"),
  "POST /api/mcp/:id/stop": change("mcp:control", "mcp:stop"),
  "GET /api/mcp/:id/tools": view("mcp:view"),
  "POST /api/mcp/:id/tools/call": change("mcp:control", "mcp:call-tool"),
  "GET /api/mcp/:id/log": view("mcp:view"),

  "GET /api/alerts": view("alerts:view"),
  "GET /api/alerts/history": view("alerts:view"),
  "GET /api/alerts/bell": view("alerts:view"),
  // What somebody has read is no action: every viewer could fill the trail with it.
  "POST /api/alerts/bell/read": view("alerts:view"),
  "GET /api/alerts/rules": view("alerts:view"),
  "POST /api/alerts/rules": change("alerts:manage", "alert-rule:create"),
  "GET /api/alerts/rules/:id": view("alerts:view"),
  "PUT /api/alerts/rules/:id": change("alerts:manage", "alert-rule:change"),
  "DELETE /api/alerts/rules/:id": change("alerts:manage", "alert-rule:remove"),
  // Where messages go is for those who may change it: with a topic, the path of a hook or a mail server alone much can be done.
  "GET /api/alerts/channels": view("alerts:manage"),
  "POST /api/alerts/channels": change("alerts:manage", "alert-channel:create"),
  "PUT /api/alerts/channels/:id": change("alerts:manage", "alert-channel:change"),
  "DELETE /api/alerts/channels/:id": change("alerts:manage", "alert-channel:remove"),
  "POST /api/alerts/channels/:id/test": change("alerts:manage", "alert-channel:test"),
  "POST /api/alerts/:id/acknowledge": change("alerts:manage", "alert:acknowledge"),
  "DELETE /api/alerts/:id/acknowledge": change("alerts:manage", "alert:give-back"),
  "POST /api/alerts/:id/silence": change("alerts:manage", "alert:silence"),

  "GET /api/files": view("files:view"),
  "DELETE /api/files": change("files:change", "file:remove"),
  "GET /api/files/text": view("files:view"),
  "PUT /api/files/text": change("files:change", "file:write"),
  "GET /api/files/saves": view("files:change"),
  "POST /api/files/saves/:id": change("files:change", "file:choose-version"),
  "POST /api/files/folder": change("files:change", "file:create-folder"),
  "POST /api/files/rename": change("files:change", "file:rename"),
  "GET /api/files/download": view("files:view"),
  "PUT /api/files/upload": { ...change("files:change", "file:upload"), rawBody: true },
};
