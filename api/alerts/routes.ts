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
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { createRateLimit } from "../http/rate-limits.ts";
import { callerOf } from "../http/shares.ts";
import { validated } from "../http/validate.ts";
import type { RuleMaker } from "./rule-store.ts";

const params = z.object({ id: opaqueId });
const describe = (summary: string, answer: z.ZodRawShape, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Alerts", summary, answer, ...more });
const page = { events: z.array(alertEventSchema), next: z.int().nullable() };

/** Who is limited learns of what concerns their containers and processes, and of the host only without a limit. */
const sight =
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

/** Rules and channels are about all containers and processes at once. */
function requireAll(c: Context<ApiEnv>): void {
  requireUnlimited(c);
  if (c.get("principal").limits.deployments !== null) {
    throw new AppError("forbidden", "You are limited to some processes, and this is about the host as a whole.");
  }
}

/** A rule acts and reads in its maker's name: nobody gets by it what they may not do themselves. */
function requireRights(c: Context<ApiEnv>, { healing, condition }: AlertRuleInput): void {
  const principal = c.get("principal");
  if (healing && !may(principal, "services:control")) {
    throw new AppError("forbidden", "A rule that restarts containers needs the right to do so (services:control).");
  }
  if (condition.kind === "container-log" && !mayReadLogs(principal)) {
    throw new AppError("forbidden", "A rule that reads logs needs the right to do so (services:view).");
  }
}

const mayReadLogs = (principal: Principal) => may(principal, "services:view");

/** A rule about logs repeats a line of them: only for those who may read logs. */
const withheld =
  (principal: Principal) =>
  <T extends { condition: ConditionKind; detail: string }>(told: T): T =>
    told.condition !== "container-log" || mayReadLogs(principal)
      ? told
      : { ...told, detail: "lines of its log fit the rule" };

/** Alerts: `/api/alerts`. */
export function alertsRoutes({ alerts }: Pick<ApiDeps, "alerts">) {
  /** A minute and user: whoever receives them has not asked for them. */
  const tests = createRateLimit(60, 60);
  const firing = (c: Context<ApiEnv>, id: string) => {
    requireAll(c);
    const alert = alerts.find(id);
    c.set("auditTarget", `${alert.ruleName}: ${alert.subject.name}`.slice(0, 300));
    return alert;
  };
  const shown = (c: Context<ApiEnv>, alert: Alert) => withheld(c.get("principal"))(alert);
  const target = (c: Context<ApiEnv>, name: string, id: string) =>
    c.set("auditTarget", `${name} (${id})`.slice(0, 300));

  return createRoutes()
    .get("/", describe("What is wrong now", { alerts: z.array(alertSchema) }), (c) =>
      c.json(ok({ alerts: alerts.now(sight(c.get("principal"))).map(withheld(c.get("principal"))) })),
    )
    .get("/history", describe("What happened, newest first", page), validated("query", alertHistoryQuery), (c) => {
      const principal = c.get("principal");
      const { events, next } = alerts.history(c.req.valid("query"), sight(principal));
      return c.json(ok({ events: events.map(withheld(principal)), next }));
    })
    .get(
      "/bell",
      describe("The bell: what was told, newest first, and how much of it is unread", {
        ...page,
        unread: z.int().describe("Up to 100."),
      }),
      validated("query", alertHistoryQuery),
      (c) => {
        const principal = c.get("principal");
        const { events, ...rest } = alerts.bell(c.req.valid("query"), principal.id, sight(principal));
        return c.json(ok({ events: events.map(withheld(principal)), ...rest }));
      },
    )
    .post("/bell/read", describe("Mark the bell as read up to an entry", {}), validated("json", bellRead), (c) => {
      alerts.markRead(c.get("principal").id, c.req.valid("json").upTo);
      return c.json(ok({}));
    })
    .get("/rules", describe("List the rules", { rules: z.array(alertRuleSchema) }), (c) => {
      requireAll(c);
      return c.json(ok({ rules: alerts.rules.list() }));
    })
    .post(
      "/rules",
      describe("Make a rule", { rule: alertRuleSchema }, { status: 201 }),
      validated("json", alertRuleBody),
      (c) => {
        requireAll(c);
        const wanted = c.req.valid("json");
        requireRights(c, wanted);
        c.set("auditTarget", wanted.name);
        const rule = alerts.rules.add(wanted, makerOf(c));
        target(c, rule.name, rule.id);
        return c.json(ok({ rule }), 201);
      },
    )
    .get("/rules/:id", describe("Show one rule", { rule: alertRuleSchema }), validated("param", params), (c) => {
      requireAll(c);
      return c.json(ok({ rule: alerts.rules.get(c.req.valid("param").id) }));
    })
    .put(
      "/rules/:id",
      describe("Change a rule as a whole", { rule: alertRuleSchema }),
      validated("param", params),
      validated("json", alertRuleBody),
      (c) => {
        requireAll(c);
        const wanted = c.req.valid("json");
        requireRights(c, wanted);
        const { id } = c.req.valid("param");
        target(c, wanted.name, id);
        return c.json(ok({ rule: alerts.rules.change(id, wanted, makerOf(c)) }));
      },
    )
    .delete("/rules/:id", describe("Remove a rule", {}), validated("param", params), (c) => {
      requireAll(c);
      const { id, name } = alerts.rules.get(c.req.valid("param").id);
      target(c, name, id);
      alerts.rules.remove(id);
      return c.json(ok({}));
    })
    .get("/channels", describe("List the channels", { channels: z.array(alertChannelSchema) }), (c) => {
      requireAll(c);
      return c.json(ok({ channels: alerts.channels.list() }));
    })
    .post(
      "/channels",
      describe("Make a channel", { channel: alertChannelSchema }, { status: 201 }),
      validated("json", alertChannelBody),
      (c) => {
        requireAll(c);
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
        "Change a channel as a whole",
        { channel: alertChannelSchema },
        { description: "A secret of `null` keeps the stored one, unless it would go to another address." },
      ),
      validated("param", params),
      validated("json", alertChannelBody),
      (c) => {
        requireAll(c);
        const { id } = c.req.valid("param");
        const wanted = c.req.valid("json");
        target(c, wanted.name, id);
        if (!mayReadLogs(c.get("principal")) && alerts.channels.hasLogLines(id)) {
          throw new AppError(
            "forbidden",
            "Lines of logs go to this channel: to change it needs the right to read them (services:view).",
          );
        }
        return c.json(ok({ channel: alerts.channels.change(id, wanted, makerOf(c)) }));
      },
    )
    .delete("/channels/:id", describe("Remove a channel", {}), validated("param", params), (c) => {
      requireAll(c);
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
        requireAll(c);
        const { id, name } = alerts.channels.get(c.req.valid("param").id);
        target(c, name, id);
        await tests.take(callerOf(c));
        return c.json(ok({ channel: await alerts.channels.test(id) }));
      },
    )
    .post(
      "/:id/acknowledge",
      describe("Take over an alert: it is told no more, and not healed, until it is over", { alert: alertSchema }),
      validated("param", params),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.acknowledge(id, c.get("principal").name)) }));
      },
    )
    .delete(
      "/:id/acknowledge",
      describe("Give an alert back", { alert: alertSchema }),
      validated("param", params),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.acknowledge(id, null)) }));
      },
    )
    .post(
      "/:id/silence",
      describe("Tell nothing of an alert for some time", { alert: alertSchema }),
      validated("param", params),
      validated("json", silenceBody),
      (c) => {
        const { id } = firing(c, c.req.valid("param").id);
        return c.json(ok({ alert: shown(c, alerts.silence(id, c.req.valid("json").seconds)) }));
      },
    );
}
