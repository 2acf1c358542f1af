import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import type { AuditActor } from "../../shared/protocol/account.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import { bearerToken } from "../../shared/server/emit-token.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import { addressBucket } from "../../shared/server/http/peer-address.ts";
import { type CookieName, cookieValues } from "../../shared/server/http/session-cookie.ts";
import type { Access, Accounts, Site } from "../access/access.ts";
import type { Callers } from "../access/identity/callers.ts";
import { requireScope } from "../access/identity/host-scope.ts";
import { ownerOf } from "../access/identity/identify.ts";
import { mayMonitor } from "../access/identity/may-monitor.ts";
import { requireStepUp } from "../access/login/step-up.ts";
import { messages as accessMessages } from "../access/messages.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { Trail } from "../audit/trail.ts";
import { messages as gatewayMessages } from "../mcp/gateway/messages.ts";
import { mayUseGateway } from "../mcp/gateway/right.ts";
import type { AccessEntry } from "./access-entry.ts";
import { accessTable } from "./access-table.ts";
import { cameByHttps, namesThisServer, requestOf } from "./client-address.ts";
import type { ApiEnv } from "./context.ts";
import { messages } from "./messages.ts";
import {
  allowListedOrigin,
  answerPreflight,
  isPreflight,
  refuseForeignBody,
  refuseForeignOrigin,
} from "./origin-rules.ts";
import { createRateLimit } from "./rate-limits.ts";
import { createRouteFinder, type FoundRoute } from "./route-finder.ts";

const WINDOW_SECONDS = 10;
/** Requests per window: far above what a browser or an honest program sends, far below a flood. */
export interface GuardLimits {
  principal: number;
  change: number;
  /** Per address, for requests without a known caller. */
  stranger: number;
  /** Recorded requests per hour of a viewer and the viewer's keys, so that callers without rights cannot fill the trail. */
  recorded: number;
}
const defaultLimits: GuardLimits = { principal: 3_000, change: 600, stranger: 300, recorded: 300 };
const HOUR_SECONDS = 3_600;

/** How programs authenticate, in the terms of RFC 6750. */
const CHALLENGE = 'Bearer realm="AI Desktop"';
const challenge = (token: string | undefined) =>
  token === undefined ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`;
const notAuthenticated = (token: string | undefined) =>
  new AppError("unauthorized", token === undefined ? accessMessages.loginFirst : accessMessages.noSuchCredential);

const changing = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const reading = new Set(["GET", "HEAD", "OPTIONS"]);
const nobody: AuditActor = { kind: "anonymous", id: "", name: "" };

type GuardAccess = Callers &
  Pick<Site, "originPolicy" | "peers" | "cookieName"> &
  Pick<Accounts, "users" | "sessions" | "keys"> &
  Pick<Access, "clock" | "liveRights" | "isEmitToken">;

export interface GuardDeps {
  access: GuardAccess;
  trail: Trail;
}

export interface GuardOptions {
  limits?: Partial<GuardLimits>;
  table?: Readonly<Record<string, AccessEntry>>;
  /** Receives the code of every refusal, for metrics. */
  onRefusal?(code: ErrorCode): void;
}

/**
 * Checks every request before its route: host, origin, body type, caller, rights and rate. A route is closed unless the
 * access table opens it. Records each change before it happens, and its outcome before the response leaves.
 */
export function createGuard(
  { access, trail }: GuardDeps,
  { limits, table = accessTable, onRefusal }: GuardOptions = {},
) {
  const { originPolicy, peers } = access;
  const findRoute = createRouteFinder(table);
  const most = { ...defaultLimits, ...limits };
  const ofPrincipal = createRateLimit(most.principal, WINDOW_SECONDS);
  const ofChanges = createRateLimit(most.change, WINDOW_SECONDS);
  const ofViewers = createRateLimit(most.recorded, HOUR_SECONDS);
  const ofStrangers = createRateLimit(most.stranger, WINDOW_SECONDS);

  /** The row of the access table that admits the request. @throws AppError when none does */
  const admit = async (c: Context<ApiEnv>, route: FoundRoute): Promise<AccessEntry> => {
    const { method } = c.req;
    const changes = changing.has(method);
    if (method === "TRACE" || method === "CONNECT") throw notAllowed(c, route);
    refuseForeignOrigin(c, originPolicy, changes);
    if (changes) refuseForeignBody(c, route.entry?.rawBody === true);
    const address = c.get("address");
    const rule = route.entry?.rule;
    const token = bearerToken(c.req.header("Authorization"));
    if (token !== undefined && (rule === "emit-token" || rule === "monitor") && access.isEmitToken(token)) {
      if (isForwarded(c)) throw new AppError("forbidden", messages.proxied);
      if (route.entry) return route.entry;
    }
    if (rule === "emit-token") throw new AppError("unauthorized", accessMessages.loginFirst);
    const https = cameByHttps(c, access);
    const principal = access.identify({ cookie: c.req.header("Cookie"), token, https });
    if (principal) {
      c.set("principal", principal);
      c.set("caller", access.userOf(principal));
      // The gateway counts the requests of a key itself, by limits that an administrator sets.
      if (rule !== "gateway" || !mayUseGateway(principal)) {
        await ofPrincipal.take(principal.id);
        if (changes) await ofChanges.take(principal.id);
      }
    } else await ofStrangers.take(addressBucket(address));
    if (rule === "public" && route.entry) return route.entry;
    if (rule === "stranger-or-signed-in" && route.entry && (principal || isStranger(c, access.cookieName)))
      return route.entry;
    // A path that is public by another method is no secret.
    if (!route.entry && route.isPublic) throw notAllowed(c, route);
    if (!principal) {
      // Clients of MCP learn from it how to authenticate.
      if (rule === "gateway") c.header("WWW-Authenticate", challenge(token));
      throw notAuthenticated(token);
    }
    if (!route.entry) {
      if (route.methods.length > 0 || !(changes || reading.has(method))) throw notAllowed(c, route);
      throw new AppError("not_found", messages.noSuchRoute);
    }
    const { entry } = route;
    const requireRight = (asking: Principal) => {
      if (!isAllowed(asking, entry.rule, access)) {
        if (entry.rule !== "gateway") throw new AppError("forbidden", messages.forbidden);
        c.header("WWW-Authenticate", `${CHALLENGE}, error="insufficient_scope", scope="mcp:call"`);
        throw new AppError("forbidden", gatewayMessages.keyOnly);
      }
      requireScope(asking, entry.scope);
    };
    requireRight(principal);
    requireStepUp(principal, entry, access);
    if (entry.action !== undefined && principal.role === "viewer") await ofViewers.take(ownerOf(principal, access));
    c.set("mayAct", mayAct(principal, entry.rule));
    c.set("reauthorize", () => {
      const now = access.identify({ cookie: c.req.header("Cookie"), token, https });
      if (!now) throw notAuthenticated(token);
      requireRight(now);
      c.set("principal", now);
    });
    c.set("watchRights", (sees) =>
      access.liveRights.watch(() => {
        const now = access.current(principal);
        if (!now) throw new AppError("unauthorized", accessMessages.loginFirst);
        requireRight(now);
        sees?.(now);
      }),
    );
    return entry;
  };

  /** Discards a response that cannot be recorded, its cookie included. */
  const recordOrTakeBack = (c: Context<ApiEnv>, event: AuditEvent) => {
    try {
      trail.record(event);
    } catch (error) {
      c.res = undefined;
      throw error;
    }
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    c.set("address", peers.addressOf(requestOf(c)));
    const route = findRoute(c.req.method, c.req.path);
    let entry: AccessEntry;
    try {
      // Checked first: a page that reached the server by a foreign name must learn nothing.
      if (!namesThisServer(c, originPolicy)) {
        throw new AppError("misdirected_request", messages.wrongHost);
      }
      allowListedOrigin(c, originPolicy);
      if (isPreflight(c)) {
        refuseForeignOrigin(c, originPolicy, false);
        return answerPreflight(c);
      }
      entry = await admit(c, route);
      c.set("hasRawBody", entry.rawBody === true);
    } catch (error) {
      const { status, code, message } = toAppError(error);
      onRefusal?.(code);
      trail.recordRefusal({ ...toEvent(c, route.entry), outcome: "refused", status, detail: message });
      throw error;
    }
    if (entry.action === undefined) return next();
    if (entry.rule === "public") {
      await next();
      const refused = c.res.status >= 400 || c.get("refused") === true;
      if (!refused) recordOrTakeBack(c, { ...toEvent(c, entry), outcome: "done", status: c.res.status });
      else
        trail.recordRefusal({
          ...toEvent(c, entry),
          outcome: c.get("refused") ? "refused" : outcomeOf(c.res.status),
          status: c.res.status,
        });
      return;
    }
    trail.record({ ...toEvent(c, entry), outcome: "begun" });
    await next();
    // A job records its own end, or the next start of the server records that it was interrupted.
    if (c.res.status === 202 && c.get("jobStarted")) return;
    trail.recordAfterwards({ ...toEvent(c, entry), outcome: outcomeOf(c.res.status), status: c.res.status });
  });
}

/** Whether a caller passes a rule of the access table. */
export function isAllowed(
  principal: Principal,
  rule: AccessEntry["rule"],
  access: Pick<Accounts, "users" | "keys">,
): boolean {
  switch (rule) {
    case "public":
    case "stranger-or-signed-in":
    case "signed-in":
      return true;
    case "session":
      return principal.kind === "user";
    case "emit-token":
      return false;
    case "gateway":
      return mayUseGateway(principal);
    case "monitor":
      return mayMonitor(principal, access);
    default:
      return may(principal, rule);
  }
}

/** The permission to act on what a read shows. */
const actingRights: Partial<Record<AccessEntry["rule"], Permission>> = {
  "services:view": "services:control",
  "docker:view": "docker:manage",
  "stacks:view": "stacks:manage",
  "catalogue:view": "catalogue:install",
  "deployments:view": "deployments:control",
  "mcp:view": "mcp:control",
};

/** Whether a caller who passed a rule may also act on what it guards. */
function mayAct(principal: Principal, rule: AccessEntry["rule"]): boolean {
  const acting = actingRights[rule];
  if (acting !== undefined) return may(principal, acting);
  return rule !== "public" && rule !== "stranger-or-signed-in" && rule !== "signed-in" && rule !== "monitor";
}

/** The realtime server calls directly: a request through a proxy or from a page is not its own. */
const isForwarded = (c: Context): boolean =>
  ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Origin"].some(
    (name) => c.req.header(name) !== undefined,
  );

function notAllowed(c: Context, { methods }: FoundRoute): AppError {
  if (methods.length > 0) c.header("Allow", methods.join(", "));
  return new AppError("method_not_allowed", messages.wrongMethod);
}

const isStranger = (c: Context, cookieName: CookieName): boolean =>
  c.req.header("Authorization") === undefined &&
  [true, false].every((https) => cookieValues(c.req.header("Cookie"), cookieName("session", https)).length === 0);

const outcomeOf = (status: number) => (status < 400 ? "done" : status < 500 ? "refused" : "failed");

function toEvent(c: Context<ApiEnv>, entry: AccessEntry | undefined): Omit<AuditEvent, "outcome"> {
  const principal: Principal | undefined = c.get("principal");
  return {
    action: entry?.action ?? entry?.rule ?? "unknown",
    actor: c.get("auditActor") ?? (principal ? toActor(principal) : nobody),
    target: c.get("auditTarget") ?? `${c.req.method} ${c.req.path}`,
    requestId: c.get("requestId"),
    address: c.get("address"),
    detail: c.get("auditDetail"),
  };
}

export const toActor = ({ kind, id, name }: Pick<Principal, "kind" | "id" | "name">): AuditActor => ({
  kind,
  id,
  name,
});
