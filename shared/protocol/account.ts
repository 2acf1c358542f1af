import { z } from "zod";
import { permission, resourceScopeSchema, role, scopesSchema } from "./access.ts";
import { DEPLOYMENT_ID_MAX } from "./identifier.ts";
import { passkeyAssertion } from "./passkey.ts";
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from "./password.ts";
import { queryNumber } from "./query-number.ts";

export { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH };

/** Longest lifetime of an API key, in days. */
export const KEY_MAX_DAYS = 365;

export const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/,
    "must start with a letter or digit and hold only letters, digits and . _ @ + -",
  );

/** A password as typed: any characters, not trimmed or normalized. */
export const password = z
  .string()
  .min(1)
  .refine((text) => new TextEncoder().encode(text).length <= PASSWORD_MAX_BYTES, "must not be longer than 1,024 bytes");

export const newPassword = password.refine(
  (text) => [...text].length >= PASSWORD_MIN_LENGTH,
  `must have at least ${PASSWORD_MIN_LENGTH} characters`,
);

/** Six digits of an authenticator, or a recovery code. */
export const secondFactor = z.string().trim().min(6).max(32);

const nameList = (longest: number) => z.array(z.string().min(1).max(longest)).max(500).nullable();
export const limits = z.strictObject({ services: nameList(255), deployments: nameList(DEPLOYMENT_ID_MAX) });

/** `POST /api/setup`: the first administrator, once. */
export const setupBody = z.strictObject({
  token: z.string().min(1).max(128),
  username: userName,
  password: newPassword,
});

/**
 * `POST /api/session`. Without `code` and `passkey`, the log-in of a user who has a second factor is refused with
 * `codeRequired: true` and the available `factors`.
 */
export const loginBody = z.strictObject({
  username: z.string().min(1).max(64),
  password,
  code: secondFactor.optional(),
  /** A passkey instead of the code. */
  passkey: passkeyAssertion.optional(),
});

export const passwordChange = z.strictObject({ current: password, password: newPassword });

/** `POST /api/session/proof`: step-up authentication before a sensitive action. */
export const proofBody = z.union([z.strictObject({ password }), z.strictObject({ passkey: passkeyAssertion })]);

export const totpConfirmation = z.strictObject({ code: z.string().regex(/^\d{6}$/, "must be six digits") });

/** `POST /api/users`. Without a password, the user can log in by OIDC only. */
export const userBody = z.strictObject({
  username: userName,
  password: newPassword.optional(),
  role,
  limits: limits.default({ services: null, deployments: null }),
});

/** `PATCH /api/users/:id`. */
export const userPatch = z.strictObject({
  role: role.optional(),
  limits: limits.optional(),
  password: newPassword.optional(),
  /** Removes the second factors of the user: authenticator, passkeys and recovery codes. */
  resetFactors: z.literal(true).optional(),
});

/** `POST /api/keys`. */
export const keyBody = z.strictObject({
  name: z.string().trim().min(1).max(64),
  role,
  /** Null: all permissions of the role. */
  scopes: z.array(permission).min(1).max(permission.options.length).nullable().default(null),
  limits: limits.default({ services: null, deployments: null }),
  days: z.int().min(1).max(KEY_MAX_DAYS),
});

export const auditOutcomes = ["begun", "done", "refused", "failed", "interrupted"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** `GET /api/audit`: newest first; `before` is the `sequence` of the last entry of the previous page. */
export const auditQuery = z.strictObject({
  who: z.string().min(1).max(128).optional(),
  action: z.string().min(1).max(64).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  text: z.string().min(1).max(200).optional(),
  before: queryNumber(1).optional(),
  limit: queryNumber(1, 500).default(100),
});
export type AuditQuery = z.output<typeof auditQuery>;

const time = z.iso.datetime();

/** A user, for administrators. */
export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  role,
  limits: resourceScopeSchema,
  totp: z.boolean(),
  passkeys: z.int().min(0).describe("Number of passkeys."),
  password: z.boolean().describe("False for a user who can log in by OIDC only."),
  oidc: z.boolean().describe("Whether an OIDC identity is linked."),
  createdAt: time,
});
export type User = z.infer<typeof userSchema>;

export const sessionSchema = z.object({
  id: z.string(),
  current: z.boolean().describe("Whether it is the session of this request."),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  address: z.string(),
  userAgent: z.string().describe("`User-Agent` header of the client: untrusted text."),
});
export type SessionInfo = z.infer<typeof sessionSchema>;

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe("First characters of the key, to recognize it by."),
  role,
  scopes: scopesSchema,
  limits: resourceScopeSchema,
  owner: z.object({ id: z.string(), name: z.string() }),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.nullable(),
});
export type ApiKeyInfo = z.infer<typeof apiKeySchema>;

export const auditActorSchema = z.object({
  kind: z.enum(["user", "key", "console", "system", "anonymous"]),
  id: z.string().describe("Id of the user or key; empty when the caller was not identified."),
  name: z.string(),
});
export type AuditActor = z.infer<typeof auditActorSchema>;

/** One line of the audit trail. `begun` has no second line only when the server ended during the action. */
export const auditEntrySchema = z.object({
  sequence: z.int(),
  at: time.describe("UTC."),
  action: z.string(),
  outcome: z.enum(auditOutcomes),
  status: z.int().nullable().describe("HTTP status of the response; null when there was none."),
  actor: auditActorSchema,
  target: z.string(),
  requestId: z.string(),
  address: z.string(),
  detail: z.string().optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
