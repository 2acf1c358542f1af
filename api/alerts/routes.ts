import type { Context } from "hono";
import { z } from "zod";
import { may, type Principal, seesDeployment, seesService } from "../../shared/protocol/access.ts";
import {
  type Alert,
  type AlertRuleInput,
  type AlertSubject,
  alertChannelBody,
  alertChannelSchema,
  alertEventSchema,
  alertHistoryQuery,
  alertRuleBody,
  alertRuleSchema,
  alertSchema,
  bellRead,
  type ConditionKind,
  silenceBody,
} from "../../shared/protocol/alert.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { requireHostScope } from "../access/identity/host-scope.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { createRateLimit } from "../http/rate-limits.ts";
import { callerOf } from "../http/shares.ts";
import { validated } from "../http/validate.ts";
import { messages } from "./messages.ts";
import type { RuleMaker } from "./rule-store.ts";

const params = z.object({ id: opaqueId });
const describe = (summary: string, answer: z.ZodRawShape, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Alerts", summary, answer, ...more });
const page = { events: z.array(alertEventSchema), next: z.int().nullable() };

/** Whether a principal can see the alerts of a subject. Those of the host need an unlimited scope. */
const canSeeSubject =
  ({ limits }: Principal) =>
  ({ kind, name }: AlertSubject): boolean => {
    if (kind === "container") return seesService(limits, name);
    if (kind === "process") return seesDeployment(limits, name);
    return limits.services === null && limits.deployments === null;
  };

const makerOf = (c: Context<ApiEnv>): RuleMaker => {
  const { kind, id, name } = c.get("principal");
  return { kind, id, name };
};

/**
 * Rejects callers whose scope is limited: rules and channels concern all containers and processes.
 * @throws AppError `forbidden`.
 */
function requireFullScope(c: Context<ApiEnv>): void {
  requireHostScope(c);
  if (c.get("principal").limits.deployments !== null) {
    throw new AppError("forbidden", messages.processScopeOnly);
  }
}

/**
 * A rule restarts and reads with the rights of its author: rejects a rule that may do more than the caller.
 * @throws AppError `forbidden`.
 */
function requireRights(c: Context<ApiEnv>, { healing, condition }: AlertRuleInput): void {
  const principal = c.get("principal");
  if (healing && !may(principal, "services:control")) {
    throw new AppError("forbidden", messages.restartsNeedPermission);
  }
  if (condition.kind === "container-log" && !mayReadLogs(principal)) {
    throw new AppError("forbidden", messages.logsNeedPermission);
  }
}

const mayReadLogs = (principal: Principal) => may(principal, "services:view");

/** Hides the log line in an alert or event from callers who may not read logs. */
const withoutLogLine =
  (principal: Principal) =>
  <T extends { condition: ConditionKind; detail: string }>(shown: T): T =>
    shown.condition !== "container-log" || mayReadLogs(principal)
      ? shown
      : { ...shown, detail: messages.hiddenLogLine };

/** Alerts: `/api/alerts`. */
export function alertsRoutes({ alerts }: Pick<ApiDeps, "alerts">) {
  /** Tests per minute and user: the receiver of a test has not asked for it. */
  const tests = createRateLimit(60, 60);
  const firing = (c: Context<ApiEnv>, id: string) => {
    requireFullScope(c);
    const alert = alerts.find(id);
    c.set("auditTarget", `${alert.ruleName}: ${alert.subject.name}`.slice(0, 300));
    return alert;
  };
  const shown = (c: Context<ApiEnv>, alert: Alert) => withoutLogLine(c.get("principal"))(alert);
  const target = (c: Context<ApiEnv>, name: string, id: string) =>
    c.set("auditTarget", `${name} (${id})`.slice(0, 300));

  return createRoutes()
    .get("/", describe("List current alerts", { alerts: z.array(alertSchema) }), (c) =>
      c.json(ok({ alerts: alerts.now(canSeeSubject(c.get("principal"))).map(withoutLogLine(c.get("principal"))) })),
    )
    .get("/history", describe("List the history, newest first", page), validated("query", alertHistoryQuery), (c) => {
      const principal = c.get("principal");
      const { events, next } = alerts.history(c.req.valid("query"), canSeeSubject(principal));
      return c.json(ok({ events: events.map(withoutLogLine(principal)), next }));
    })
    .get(
      "/bell",
      describe("List notifications of the bell, newest first, with the number of unread ones", {
        ...page,
        unread: z.int().describe("Up to 100."),
      }),
      validated("query", alertHistoryQuery),
      (c) => {
        const principal = c.get("principal");
        const { events, ...rest } = alerts.bell(c.req.valid("query"), principal.id, canSeeSubject(principal));
        return c.json(ok({ events: events.map(withoutLogLine(principal)), ...rest }));
      },
    )
    .post("/bell/read", describe("Mark the bell as read up to an entry", {}), validated("json", bellRead), (c) => {
      alerts.markRead(c.get("principal").id, c.req.valid("json").upTo);
      return c.json(ok({}));
    })
    .get("/rules", describe("List the rules", { rules: z.array(alertRuleSchema) }), (c) => {
      requireFullScope(c);
      return c.json(ok({ rules: alerts.rules.list() }));
    })
    .post(
      "/rules",
      describe("Create a rule", { rule: alertRuleSchema }, { status: 201 }),
      validated("json", alertRuleBody),
      (c) => {
        requireFullScope(c);
        const wanted = c.req.valid("json");
        requireRights(c, wanted);
        c.set("auditTarget", wanted.name);
        const rule = alerts.rules.add(wanted, makerOf(c));
        target(c, rule.name, rule.id);
        return c.json(ok({ rule }), 201);
      },
    )
    .get("/rules/:id", describe("Show one rule", { rule: alertRuleSchema }), validated("param", params), (c) => {
      requireFullScope(c);
      return c.json(ok({ rule: alerts.rules.get(c.req.valid("param").id) }));
    })
    .put(
      "/rules/:id",
      describe("Replace a rule", { rule: alertRuleSchema }),
      validated("param", params),
      validated("json", alertRuleBody),
      (c) => {
        requireFullScope(c);
        const wanted = c.req.valid("json");
        requireRights(c, wanted);
        const { id } = c.req.valid("param");
        target(c, wanted.name, id);
        return c.json(ok({ rule: alerts.rules.change(id, wanted, makerOf(c)) }));
      },
    )
    .delete("/rules/:id", describe("Remove a rule", {}), validated("param", params), (c) => {
      requireFullScope(c);
      const { id, name } = alerts.rules.get(c.req.valid("param").id);
      target(c, name, id);
      alerts.rules.remove(id);
      return c.json(ok({}));
    })
    .get("/channels", describe("List the channels", { channels: z.array(alertChannelSchema) }), (c) => {
      requireFullScope(c);
      return c.json(ok({ channels: alerts.channels.list() }));
    })
    .post(
      "/channels",
      describe("Create a channel", { channel: alertChannelSchema }, { status: 201 }),
      validated("json", alertChannelBody),
      (c) => {
        requireFullScope(c);
        const wanted = c.req.valid("json");
        c.set("auditTarget", wanted.name);
        const channel = alerts.channels.add(wanted, makerOf(c));
        target(c, channel.name, channel.id);
        return c.json(ok({ channel }), 201);
      },
    )
    .put(
      "/channels/:id",
      describe(
        "Replace a channel",
        { channel: alertChannelSchema },
        { description: "`null` keeps a stored secret, unless the address changes." },
      ),
      validated("param", params),
      validated("json", alertChannelBody),
      (c) => {
        requireFullScope(c);
        const { id } = c.req.valid("param");
        const wanted = c.req.valid("json");
        target(c, wanted.name, id);
        if (!mayReadLogs(c.get("principal")) && alerts.channels.hasLogLines(id)) {
          throw new AppError("forbidden", messages.channelCarriesLogs);
        }
        return c.json(ok({ channel: alerts.channels.change(id, wanted, makerOf(c)) }));
      },
    )
    .delete("/channels/:id", describe("Remove a channel", {}), validated("param", params), (c) => {
      requireFullScope(c);
      const { id, name } = alerts.channels.get(c.req.valid("param").id);
      target(c, name, id);
      alerts.channels.remove(id);
      return c.json(ok({}));
    })
    .post(
      "/channels/:id/test",
      describe("Send a real message now", { channel: alertChannelSchema }),
      validated("param", params),
      async (c) => {
        requireFullScope(c);
        const { id, name } = alerts.channels.get(c.req.valid("param").id);
        target(c, name, id);
        await tests.take(callerOf(c));
        return c.json(ok({ channel: await alerts.channels.test(id) }));
      },
    )
    .post(
      "/:id/acknowledge",
      describe("Acknowledge an alert: no notifications or restarts until it resolves", { alert: alertSchema }),
      validated("param", params),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.acknowledge(id, c.get("principal").name)) }));
      },
    )
    .delete(
      "/:id/acknowledge",
      describe("Remove the acknowledgement of an alert", { alert: alertSchema }),
      validated("param", params),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.acknowledge(id, null)) }));
      },
    )
    .post(
      "/:id/silence",
      describe("Silence an alert: no notifications for the given time", { alert: alertSchema }),
      validated("param", params),
      validated("json", silenceBody),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.silence(id, c.req.valid("json").seconds)) }));
      },
    );
}
