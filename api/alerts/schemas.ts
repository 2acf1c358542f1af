import { z } from "zod";
import {
  type Alert,
  type AlertChannel,
  type AlertEvent,
  alertCondition,
  alertEventKinds,
  alertSubjects,
  type ConditionKind,
  channelTypes,
  conditionKinds,
  healing,
  type ListedAlertRule,
  quietHours,
  severities,
} from "../../shared/protocol/alert.ts";

const kinds = Object.keys(conditionKinds) as [ConditionKind, ...ConditionKind[]];
const subjectSchema = z.object({
  kind: z.enum(["container", "process", "host"]),
  name: z.string().describe("Of the host: `host`, or the mount point of a disk."),
});

const makerSchema = z
  .object({
    kind: z.enum(["user", "key"]),
    id: z.string(),
    name: z.string(),
    gone: z.boolean().describe("The user or key is no more."),
  })
  .nullable();

export const alertSchema = z.object({
  id: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  condition: z.enum(kinds),
  subject: subjectSchema,
  severity: z.enum(severities),
  phase: z.enum(["pending", "firing"]).describe("pending: wrong, but not yet for as long as the rule asks."),
  since: z.iso.datetime(),
  firingSince: z.iso.datetime().nullable(),
  detail: z.string(),
  acknowledgedBy: z.string().nullable(),
  silencedUntil: z.iso.datetime().nullable(),
  flapping: z.boolean(),
  heals: z.int(),
  gaveUp: z.boolean().describe("Healing has given up."),
}) satisfies z.ZodType<Alert>;

export const alertEventSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  kind: z.enum(alertEventKinds),
  ruleId: z.string(),
  ruleName: z.string(),
  condition: z.enum(kinds),
  severity: z.enum(severities),
  subject: subjectSchema,
  detail: z.string(),
}) satisfies z.ZodType<AlertEvent>;

export const alertRuleSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  condition: alertCondition,
  subjects: alertSubjects,
  forSeconds: z.int(),
  severity: z.enum(severities),
  quietHours: quietHours.nullable(),
  repeatSeconds: z.int().nullable(),
  tellResolved: z.boolean(),
  channels: z.array(z.string()).describe("Ids of channels; `bell` is the panel's own."),
  healing: healing.nullable(),
  createdAt: z.iso.datetime(),
  maker: makerSchema.describe("Null: the panel's own."),
  held: z.boolean().describe("It reads logs, and whoever made it may not any more: nothing of it is sent."),
}) satisfies z.ZodType<ListedAlertRule>;

export const alertChannelSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  type: z.enum(channelTypes),
  target: z.string().describe("Where to, in a few words without secrets."),
  settings: z.record(z.string(), z.unknown()).describe("What of the settings is no secret."),
  secrets: z.array(z.string()).describe("Names of what is stored and never comes back; `null` in a change keeps it."),
  delivery: z.object({
    sentAt: z.iso.datetime().nullable(),
    failedAt: z.iso.datetime().nullable(),
    error: z.string().nullable(),
    waiting: z.int(),
    lost: z.int(),
  }),
  createdAt: z.iso.datetime(),
  maker: makerSchema,
}) satisfies z.ZodType<AlertChannel>;
