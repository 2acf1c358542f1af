import { z } from "zod";
import { type Limits, type Permission, permissions, type Role, role } from "./access.ts";
import { DEPLOYMENT_ID_MAX } from "./identifier.ts";
import { passkeyAssertion } from "./passkey.ts";
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from "./password.ts";
import { queryNumber } from "./query-number.ts";

export { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH };

/** Days after which an API key ends at the latest. */
export const KEY_MAX_DAYS = 365;

export const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/,
    "must start with a letter or digit and hold only letters, digits and . _ @ + -",
  );

/** A password as typed: any characters, none cut or changed. */
export const password = z
  .string()
  .min(1)
  .refine((text) => new TextEncoder().encode(text).length <= PASSWORD_MAX_BYTES, "must not be longer than 1,024 bytes");

export const newPassword = password.refine(
  (text) => [...text].length >= PASSWORD_MIN_LENGTH,
  `must have at least ${PASSWORD_MIN_LENGTH} characters`,
);

/** Six digits of an authenticator, or one of the recovery codes. */
export const secondFactor = z.string().trim().min(6).max(32);

const nameList = (longest: number) => z.array(z.string().min(1).max(longest)).max(500).nullable();
export const limits = z.strictObject({ services: nameList(255), deployments: nameList(DEPLOYMENT_ID_MAX) });

const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]];

/** `POST /api/setup`: the first administrator, once. */
export const setupBody = z.strictObject({
  token: z.string().min(1).max(128),
  username: userName,
  password: newPassword,
});

/**
 * `POST /api/session`. A user with a second factor who sends neither `code` nor `passkey` is refused with
 * `codeRequired: true`, and `factors` says which there are.
 */
export const loginBody = z.strictObject({
  username: z.string().min(1).max(64),
  password,
  code: secondFactor.optional(),
  /** A passkey in place of the code. */
  passkey: passkeyAssertion.optional(),
});

export const passwordChange = z.strictObject({ current: password, password: newPassword });

/** `POST /api/session/proof`: proves again who is asking, before something sensitive. */
export const proofBody = z.union([z.strictObject({ password }), z.strictObject({ passkey: passkeyAssertion })]);

export const totpConfirmation = z.strictObject({ code: z.string().regex(/^\d{6}$/, "must be six digits") });

/** `POST /api/users`. Without a password the user can only log in by OIDC. */
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
  /** Takes the user's second factors away: authenticator, passkeys and recovery codes. */
  resetFactors: z.literal(true).optional(),
});

/** `POST /api/keys`. */
export const keyBody = z.strictObject({
  name: z.string().trim().min(1).max(64),
  role,
  /** Null: all that the role may do. */
  scopes: z.array(z.enum(permissionNames)).min(1).max(permissionNames.length).nullable().default(null),
  limits: limits.default({ services: null, deployments: null }),
  days: z.int().min(1).max(KEY_MAX_DAYS),
});

export const auditOutcomes = ["begun", "done", "refused", "failed", "interrupted"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** `GET /api/audit`: newest first; `before` is the `sequence` of the last entry of the page before. */
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

/** A user as an administrator sees it. */
export interface User {
  id: string;
  name: string;
  role: Role;
  limits: Limits;
  totp: boolean;
  /** How many the user has. */
  passkeys: number;
  /** False for a user who can only log in by OIDC. */
  password: boolean;
  /** True once an OIDC identity has been linked. */
  oidc: boolean;
  /** ISO 8601. */
  createdAt: string;
}

export interface SessionInfo {
  id: string;
  /** True for the session that asks. */
  current: boolean;
  /** ISO 8601. */
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  address: string;
  /** The browser's own words; text of the client, never markup. */
  userAgent: string;
}

export interface ApiKeyInfo {
  id: string;
  name: string;
  /** First characters of the key, to recognise it by. */
  prefix: string;
  role: Role;
  scopes: Permission[] | null;
  limits: Limits;
  owner: { id: string; name: string };
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
}

export interface AuditActor {
  kind: "user" | "key" | "console" | "system" | "anonymous";
  /** Id of the user or key; the empty string when nobody was recognised. */
  id: string;
  name: string;
}

/** One line of the trail. `begun` stands alone only when the server ended in the middle of the action. */
export interface AuditEntry {
  sequence: number;
  /** ISO 8601, UTC. */
  at: string;
  action: string;
  outcome: AuditOutcome;
  /** HTTP status of the answer, where there was one. */
  status: number | null;
  actor: AuditActor;
  target: string;
  requestId: string;
  address: string;
  detail?: string;
}
