import { z } from "zod";
import {
  alertEventKinds,
  alertPhases,
  BELL,
  type ConditionKind,
  channelTypes,
  conditionKinds,
  DEFAULT_CHANNEL,
  healable,
  logConditions,
  MEBIBYTES_MAX,
  severities,
} from "./alert-kinds.ts";
import { hasControlCharacter } from "./control-character.ts";
import { DEPLOYMENT_ID_MAX } from "./identifier.ts";
import { logLevels } from "./log-search.ts";
import { queryNumber } from "./query-number.ts";

export * from "./alert-kinds.ts";

/** Seconds of a day: the longest period of a count, a wait or a silence. */
const DAY = 86_400;
const seconds = (min: number, max: number) => z.int().min(min).max(max);
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !hasControlCharacter(text), "must be one line of text");

const time = z.iso.datetime();
const conditionKind = z.enum(Object.keys(conditionKinds) as [ConditionKind, ...ConditionKind[]]);

const percent = z.number().min(1).max(100);
const counting = { count: z.int().min(1).max(1_000), withinSeconds: seconds(10, DAY) };

const ofLines = {
  /** Text found anywhere in a line, ignoring case, or a regular expression in RE2 syntax. Null: any line of the levels. */
  pattern: line(500).nullable().default(null),
  syntax: z.enum(["text", "regex"]).default("text"),
  levels: z.array(z.enum(logLevels)).max(logLevels.length).default([]),
};

/** Whether the condition is on lines of logs. */
export const isLogCondition = <C extends { kind: ConditionKind }>(
  condition: C,
): condition is Extract<C, { kind: "container-log" | "process-log" }> => logConditions.includes(condition.kind);

/** Condition of a rule, with its parameters. */
export const alertCondition = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("container-stopped"),
    /** Exit code 0 counts too: for containers that must not end. */
    anyExit: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("container-unhealthy") }),
  z.strictObject({ kind: z.literal("container-restarts"), ...counting }),
  z.strictObject({ kind: z.literal("container-oom"), ...counting }),
  z.strictObject({ kind: z.literal("container-log"), ...counting, ...ofLines }),
  z.strictObject({ kind: z.literal("container-memory"), percent }),
  /** Percent of one core: 200 are two cores in full use. */
  z.strictObject({ kind: z.literal("container-cpu"), percent: z.number().min(1).max(100_000) }),
  z.strictObject({ kind: z.literal("host-cpu"), percent }),
  z.strictObject({ kind: z.literal("host-memory"), percent }),
  /** Load of the last five minutes, for each core. */
  z.strictObject({ kind: z.literal("host-load"), perCore: z.number().min(0.1).max(1_000) }),
  z.strictObject({ kind: z.literal("host-disk"), percent }),
  z.strictObject({ kind: z.literal("process-failed") }),
  /** Percent of one core, of all instances together. */
  z.strictObject({ kind: z.literal("process-cpu"), percent: z.number().min(1).max(100_000) }),
  /** Of all instances together: PM2's processes have no limit that a share could refer to. */
  z.strictObject({ kind: z.literal("process-memory"), mebibytes: z.number().min(1).max(MEBIBYTES_MAX) }),
  z.strictObject({ kind: z.literal("process-restarts"), ...counting }),
  /** It should run and does not. */
  z.strictObject({ kind: z.literal("mcp-failed") }),
  z.strictObject({ kind: z.literal("mcp-restarts"), ...counting }),
  z.strictObject({ kind: z.literal("process-log"), ...counting, ...ofLines }),
  /** Of the files that PM2 writes the output into, without rotated ones. */
  z.strictObject({ kind: z.literal("process-log-size"), mebibytes: z.number().min(1).max(MEBIBYTES_MAX) }),
  z.strictObject({
    kind: z.literal("process-not-listening"),
    /** TCP port that a running process must listen on. Null: every port that it listened on before, in this run. */
    port: z.int().min(1).max(65_535).nullable().default(null),
  }),
]);
export type AlertCondition = z.output<typeof alertCondition>;

/** Names, with `*` for any characters, and Compose projects; both empty: all subjects of the kind. */
export const alertSubjects = z.strictObject({
  names: z.array(line(DEPLOYMENT_ID_MAX)).max(100).default([]),
  projects: z.array(line(255)).max(100).default([]),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 22:30");
const timeZone = z.string().max(64).refine(isTimeZone, "must be a time zone such as Europe/Berlin");

/** Period without notifications. `from` after `to` spans midnight; `days` are the days on which it starts. */
export const quietHours = z.strictObject({
  /** 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  from: clockTime,
  to: clockTime,
  timeZone,
});
export type QuietHours = z.output<typeof quietHours>;

/** Automatic restarts: at most `limit` within `withinSeconds`; the first wait is `backoffSeconds`, and doubles with each attempt. */
export const healing = z.strictObject({
  limit: z.int().min(1).max(20).default(3),
  withinSeconds: seconds(60, DAY).default(3_600),
  backoffSeconds: seconds(1, 3_600).default(30),
});
export type Healing = z.output<typeof healing>;

const channelId = z.string().min(1).max(64);
const ruleShape = z.strictObject({
  name: line(100),
  enabled: z.boolean().default(true),
  condition: alertCondition,
  subjects: alertSubjects.default({ names: [], projects: [] }),
  /** How long the condition must hold before the alert fires. */
  forSeconds: seconds(0, DAY).default(0),
  severity: z.enum(severities).default("warning"),
  quietHours: quietHours.nullable().default(null),
  /** Interval of repeated notifications while the alert fires; null: one notification. */
  repeatSeconds: seconds(60, 7 * DAY)
    .nullable()
    .default(null),
  tellResolved: z.boolean().default(true),
  /** At most 20, and the default channel when it is added to all rules. */
  channels: z.array(channelId).max(21).default([BELL, DEFAULT_CHANNEL]),
  healing: healing.nullable().default(null),
});

/** `POST /api/alerts/rules` and, as a whole, `PUT /api/alerts/rules/:id`. */
export const alertRuleBody = ruleShape
  .refine(({ condition }) => !isLogCondition(condition) || condition.pattern || condition.levels.length > 0, {
    path: ["condition", "pattern"],
    message: "a text, an expression or a level is needed",
  })
  .refine((rule) => rule.healing === null || healable.includes(rule.condition.kind), {
    path: ["healing"],
    message: "only a stopped or unhealthy container can be restarted",
  })
  .refine(
    (rule) => conditionKinds[rule.condition.kind].subject === "container" || rule.subjects.projects.length === 0,
    {
      path: ["subjects", "projects"],
      message: "only containers belong to projects",
    },
  );
export type AlertRuleInput = z.output<typeof alertRuleBody>;

/** A stored rule. */
export interface AlertRule extends AlertRuleInput {
  id: string;
  /** ISO 8601. */
  createdAt: string;
}

/** The user or API key that created a rule or channel. */
export const alertMakerSchema = z.object({
  kind: z.enum(["user", "key"]),
  id: z.string(),
  name: z.string(),
  gone: z.boolean().describe("The user or key no longer exists."),
});
export type AlertMaker = z.infer<typeof alertMakerSchema>;

/** A rule in responses. */
export const alertRuleSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  condition: alertCondition,
  subjects: alertSubjects,
  forSeconds: z.int().describe("How long the condition must hold before the alert fires."),
  severity: z.enum(severities),
  quietHours: quietHours.nullable(),
  repeatSeconds: z.int().nullable(),
  tellResolved: z.boolean(),
  channels: z
    .array(z.string())
    .describe("Ids of channels; `bell` is the notification list of the panel, `default` the default channel."),
  healing: healing.nullable(),
  createdAt: time,
  maker: alertMakerSchema.nullable().describe("Null: a rule of the panel itself."),
  held: z
    .boolean()
    .describe(
      "The rule reads logs and its creator lost that permission: nothing is sent until a user who has it saves the rule.",
    ),
});
export type ListedAlertRule = z.infer<typeof alertRuleSchema>;

/** A write-only secret. Null keeps the stored value. */
const secret = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !hasControlCharacter(text), "must not hold control characters")
    .nullable();
const address = z.url({ protocol: /^https?$/ }).max(2_000);
const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "must be the name of a header")
  .refine((name) => !/^(host|content-length|content-type|connection|transfer-encoding)$/i.test(name), "is set already");
const mailAddress = z.email().max(320);

export const channelSettings = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("webhook"),
    /** Secret: responses contain only its origin. */
    url: address.nullable(),
    /** Format of the body: the JSON document of the panel, or the one of a chat service. */
    format: z.enum(["json", "slack", "discord"]).default("json"),
    /** Key of the signature header (HMAC-SHA256). */
    signingKey: secret(256).optional(),
    header: z.strictObject({ name: headerName, value: secret(2_000) }).optional(),
  }),
  z.strictObject({
    type: z.literal("ntfy"),
    server: address.default("https://ntfy.sh"),
    /** Secret: its name gives read and write access. */
    topic: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the name of a topic")
      .nullable(),
    token: secret(256).optional(),
  }),
  z.strictObject({
    type: z.literal("email"),
    host: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9.:-]+$/, "must be the name of a mail server"),
    port: z.int().min(1).max(65_535).default(587),
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    user: line(320).optional(),
    password: secret(1_000).optional(),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(20),
  }),
]);
export type ChannelSettings = z.output<typeof channelSettings>;

/** `POST /api/alerts/channels` and, as a whole, `PUT /api/alerts/channels/:id`. */
export const alertChannelBody = z.strictObject({
  name: line(100),
  enabled: z.boolean().default(true),
  settings: channelSettings,
});
export type AlertChannelInput = z.output<typeof alertChannelBody>;

/** `PUT /api/alerts/default-channel`. */
export const defaultChannelBody = z.strictObject({
  /** Id of a channel; null: no default channel. */
  channel: channelId.nullable(),
  /** Also adds the default channel to every rule that does not have it. */
  allRules: z.boolean().default(false),
});
export type DefaultChannelInput = z.output<typeof defaultChannelBody>;

export const deliveryStateSchema = z.object({
  sentAt: time.nullable().describe("Null: never."),
  failedAt: time.nullable(),
  error: z.string().nullable().describe("Why the last attempt failed, in one sentence; null after a success."),
  waiting: z.int().describe("Queued messages."),
  lost: z.int().describe("Messages dropped so far: the queue was full, or too many attempts failed."),
});
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** A channel in responses: names of its secrets, never their values. */
export const alertChannelSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  type: z.enum(channelTypes),
  isDefault: z.boolean().describe("Rules with the channel `default` notify this one."),
  target: z.string().describe("Destination for display, without secrets."),
  settings: z.record(z.string(), z.unknown()).describe("Settings that are not secret."),
  secrets: z
    .array(z.string())
    .describe("Names of the stored secrets; their values are never sent, and `null` in a change keeps them."),
  delivery: deliveryStateSchema,
  createdAt: time,
  maker: alertMakerSchema.nullable().describe("Null when the creator was not recorded."),
});
export type AlertChannel = z.infer<typeof alertChannelSchema>;

export const alertSubjectSchema = z.object({
  kind: z.enum(["container", "process", "mcp", "host"]),
  name: z
    .string()
    .describe("Name of the container, process or MCP server; for the host: `host`, or the mount point of a disk."),
});
export type AlertSubject = z.infer<typeof alertSubjectSchema>;

/** A rule whose condition holds for one subject. */
export const alertSchema = z.object({
  id: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  condition: conditionKind,
  subject: alertSubjectSchema,
  severity: z.enum(severities),
  phase: z.enum(alertPhases).describe("`pending`: the condition holds, but not yet for the duration of the rule."),
  since: time,
  firingSince: time.nullable(),
  detail: z.string().describe("What is wrong, in a few words."),
  acknowledgedBy: z.string().nullable(),
  silencedUntil: time.nullable(),
  flapping: z.boolean(),
  heals: z.int().describe("Automatic restarts within the period of the rule."),
  gaveUp: z.boolean().describe("The automatic restarts are exhausted."),
});
export type Alert = z.infer<typeof alertSchema>;

/** One entry of the alert history. */
export const alertEventSchema = z.object({
  id: z.int(),
  at: time,
  kind: z.enum(alertEventKinds),
  ruleId: z.string(),
  ruleName: z.string(),
  condition: conditionKind,
  severity: z.enum(severities),
  subject: alertSubjectSchema,
  detail: z.string(),
});
export type AlertEvent = z.infer<typeof alertEventSchema>;

/** `GET /api/alerts/history` and `GET /api/alerts/bell`: newest first; `before` is the `id` of the last entry of the previous page. */
export const alertHistoryQuery = z.strictObject({
  before: queryNumber(1).optional(),
  limit: queryNumber(1, 200).default(50),
  rule: z.string().max(64).optional(),
  subject: z.string().max(255).optional(),
});
export type AlertHistoryQuery = z.output<typeof alertHistoryQuery>;

/** `POST /api/alerts/bell/read`: marks everything up to this entry as read. */
export const bellRead = z.strictObject({ upTo: z.int().min(0) });

/** `POST /api/alerts/:id/silence`: stops the notifications of this alert for a time; 0 ends the silence. */
export const silenceBody = z.strictObject({ seconds: seconds(0, 30 * DAY) });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
