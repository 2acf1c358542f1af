import { z } from "zod";
import {
  type AlertEventKind,
  type AlertSubjectKind,
  BELL,
  type ChannelType,
  type ConditionKind,
  conditionKinds,
  healable,
  type Severity,
  severities,
} from "./alert-kinds.ts";
import { DEPLOYMENT_ID_MAX } from "./identifier.ts";
import { logLevels } from "./log-search.ts";
import { queryNumber } from "./query-number.ts";
import { hasControlCharacter } from "./rooms.ts";

export * from "./alert-kinds.ts";

/** Seconds of a day, and the longest a rule counts, waits or stays quiet in one go. */
const DAY = 86_400;
const seconds = (min: number, max: number) => z.int().min(min).max(max);
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !hasControlCharacter(text), "must be one line of text");

const percent = z.number().min(1).max(100);
const counting = { count: z.int().min(1).max(1_000), withinSeconds: seconds(10, DAY) };

/** What a rule waits for, with what it needs to know of it. */
export const alertCondition = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("container-stopped"),
    /** Exit code 0 counts as well: for what must never end. */
    anyExit: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("container-unhealthy") }),
  z.strictObject({ kind: z.literal("container-restarts"), ...counting }),
  z.strictObject({ kind: z.literal("container-oom"), ...counting }),
  z.strictObject({
    kind: z.literal("container-log"),
    ...counting,
    /** Found anywhere in a line whatever its case, or a regular expression in RE2's syntax. Null: any line of the levels. */
    pattern: line(500).nullable().default(null),
    syntax: z.enum(["text", "regex"]).default("text"),
    levels: z.array(z.enum(logLevels)).max(logLevels.length).default([]),
  }),
  z.strictObject({ kind: z.literal("container-memory"), percent }),
  /** Percent of one core: 200 are two cores in full use. */
  z.strictObject({ kind: z.literal("container-cpu"), percent: z.number().min(1).max(100_000) }),
  z.strictObject({ kind: z.literal("host-cpu"), percent }),
  z.strictObject({ kind: z.literal("host-memory"), percent }),
  /** Load of the last five minutes, for each core. */
  z.strictObject({ kind: z.literal("host-load"), perCore: z.number().min(0.1).max(1_000) }),
  z.strictObject({ kind: z.literal("host-disk"), percent }),
  z.strictObject({ kind: z.literal("process-failed") }),
  z.strictObject({ kind: z.literal("process-restarts"), ...counting }),
]);
export type AlertCondition = z.output<typeof alertCondition>;

/** Names with `*` for any run of characters, and Compose projects; both empty: everything of the kind. */
export const alertSubjects = z.strictObject({
  names: z.array(line(DEPLOYMENT_ID_MAX)).max(100).default([]),
  projects: z.array(line(255)).max(100).default([]),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 22:30");
const timeZone = z.string().max(64).refine(isTimeZone, "must be a time zone such as Europe/Berlin");

/** When nothing is sent. `from` after `to` goes over midnight; the days are those it begins on. */
export const quietHours = z.strictObject({
  /** 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  from: clockTime,
  to: clockTime,
  timeZone,
});
export type QuietHours = z.output<typeof quietHours>;

/** A restart by the panel itself: how often within which time, and how long it waits, doubling with each try. */
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
  /** How long it has to be so before it is told. */
  forSeconds: seconds(0, DAY).default(0),
  severity: z.enum(severities).default("warning"),
  quietHours: quietHours.nullable().default(null),
  /** Told again this often as long as it lasts; null: once. */
  repeatSeconds: seconds(60, 7 * DAY)
    .nullable()
    .default(null),
  tellResolved: z.boolean().default(true),
  channels: z.array(channelId).max(20).default([BELL]),
  healing: healing.nullable().default(null),
});

/** `POST /api/alerts/rules` and, as a whole, `PUT /api/alerts/rules/:id`. */
export const alertRuleBody = ruleShape
  .refine(({ condition }) => condition.kind !== "container-log" || condition.pattern || condition.levels.length > 0, {
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

export interface AlertRule extends AlertRuleInput {
  id: string;
  /** ISO 8601. */
  createdAt: string;
}

/** Who made a rule or a channel. */
export interface AlertMaker {
  kind: "user" | "key";
  id: string;
  name: string;
  /** The user or key is no more: somebody should look at what it left. */
  gone: boolean;
}

/** A rule as answers show it. */
export interface ListedAlertRule extends AlertRule {
  /** Null for the panel's own. */
  maker: AlertMaker | null;
  /** It reads logs, and whoever made it may not any more: nothing of it is sent until somebody who may saves it. */
  held: boolean;
}

/** Null keeps what is stored; a secret never comes back. */
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
    /** All of it may be a secret: only its origin comes back. */
    url: address.nullable(),
    /** What the receiver reads: our own document, or that of a chat. */
    format: z.enum(["json", "slack", "discord"]).default("json"),
    /** Key of the signature header (HMAC-SHA256). */
    signingKey: secret(256).optional(),
    header: z.strictObject({ name: headerName, value: secret(2_000) }).optional(),
  }),
  z.strictObject({
    type: z.literal("ntfy"),
    server: address.default("https://ntfy.sh"),
    /** Who knows it reads and writes it: a secret. */
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

/** How sending goes. */
export interface DeliveryState {
  /** ISO 8601; null: never. */
  sentAt: string | null;
  failedAt: string | null;
  /** Why the last try failed, in one sentence; null once one went well. */
  error: string | null;
  /** Messages that wait. */
  waiting: number;
  /** Messages thrown away since the channel was made: too many waited, or too many tries failed. */
  lost: number;
}

/** A channel as answers show it: where there is a secret, and none itself. */
export interface AlertChannel {
  id: string;
  name: string;
  enabled: boolean;
  type: ChannelType;
  /** Where to, in a few words without secrets. */
  target: string;
  settings: Record<string, unknown>;
  /** Names of the settings that are stored and not shown. */
  secrets: string[];
  delivery: DeliveryState;
  createdAt: string;
  /** Null when it was made before this was kept. */
  maker: AlertMaker | null;
}

export interface AlertSubject {
  kind: AlertSubjectKind;
  /** Name of the container or process; of the host: `host`, or the mount point of a disk. */
  name: string;
}

/** A rule and what it is about, as long as something is wrong. */
export interface Alert {
  id: string;
  ruleId: string;
  ruleName: string;
  condition: ConditionKind;
  subject: AlertSubject;
  severity: Severity;
  /** `pending`: wrong, but not yet for as long as the rule asks. */
  phase: "pending" | "firing";
  /** ISO 8601. */
  since: string;
  firingSince: string | null;
  /** What is wrong, in a few words. */
  detail: string;
  acknowledgedBy: string | null;
  /** ISO 8601. */
  silencedUntil: string | null;
  flapping: boolean;
  /** Restarts of the rule's healing within its time, and whether it has given up. */
  heals: number;
  gaveUp: boolean;
}

export interface AlertEvent {
  id: number;
  /** ISO 8601. */
  at: string;
  kind: AlertEventKind;
  ruleId: string;
  ruleName: string;
  condition: ConditionKind;
  severity: Severity;
  subject: AlertSubject;
  detail: string;
}

/** `GET /api/alerts/history` and `GET /api/alerts/bell`: newest first; `before` is the `id` of the last one of the page before. */
export const alertHistoryQuery = z.strictObject({
  before: queryNumber(1).optional(),
  limit: queryNumber(1, 200).default(50),
  rule: z.string().max(64).optional(),
  subject: z.string().max(255).optional(),
});
export type AlertHistoryQuery = z.output<typeof alertHistoryQuery>;

/** `POST /api/alerts/bell/read`: everything up to this entry. */
export const bellRead = z.strictObject({ upTo: z.int().min(0) });

/** `POST /api/alerts/:id/silence`: no more messages of this alert for so long; 0 ends it. */
export const silenceBody = z.strictObject({ seconds: seconds(0, 30 * DAY) });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
