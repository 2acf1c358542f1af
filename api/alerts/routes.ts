import { z } from "zod";
import {
  alertChannelSchema,
  alertEventSchema,
  alertHistoryQuery,
  alertRuleSchema,
  alertSchema,
  bellRead,
} from "../../shared/protocol/alert.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { canSeeSubject, withoutLogLine } from "./access.ts";

const params = z.object({ id: opaqueId });
const describe = (summary: string, answer: z.ZodRawShape) => described({ tag: "Alerts", summary, answer });
const page = { events: z.array(alertEventSchema), next: z.int().nullable() };

/** Reads of alerts: `/api/alerts`. The bell remembers what each caller has read. */
export function alertsRoutes({ alerts }: Pick<ApiDeps, "alerts">) {
  return createRoutes()
    .get("/", describe("List current alerts", { alerts: z.array(alertSchema) }), (c) => {
      const principal = c.get("principal");
      return c.json(ok({ alerts: alerts.now(canSeeSubject(principal)).map(withoutLogLine(principal)) }));
    })
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
    .get(
      "/rules",
      describe("List the rules", {
        rules: z.array(alertRuleSchema),
        hasDefaultChannel: z.boolean().describe("The channel `default` of a rule stands for a channel."),
      }),
      (c) => c.json(ok({ rules: alerts.rules.list(), hasDefaultChannel: alerts.channels.hasDefault() })),
    )
    .get("/rules/:id", describe("Show one rule", { rule: alertRuleSchema }), validated("param", params), (c) =>
      c.json(ok({ rule: alerts.rules.get(c.req.valid("param").id) })),
    )
    .get("/channels", describe("List the channels", { channels: z.array(alertChannelSchema) }), (c) =>
      c.json(ok({ channels: alerts.channels.list() })),
    );
}
