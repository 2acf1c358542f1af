import { z } from "zod";
import { type Limits, type Permission, type Principal, permissions, role } from "../../shared/protocol/access.ts";
import {
  type ApiKeyInfo,
  type AuditEntry,
  auditOutcomes,
  type SessionInfo,
  type User,
} from "../../shared/protocol/account.ts";

const limits = z.object({
  services: z.array(z.string()).nullable().describe("Names of the containers that may be seen; null: all."),
  deployments: z.array(z.string()).nullable().describe("Names of the processes that may be seen; null: all."),
}) satisfies z.ZodType<Limits>;

const permission = z.enum(Object.keys(permissions) as [Permission, ...Permission[]]);
const scopes = z.array(permission).nullable().describe("What a key is narrowed to; null: all that its role has.");

export const principalSchema = z.object({
  kind: z.enum(["user", "key"]),
  id: z.string(),
  name: z.string(),
  role,
  limits,
  scopes,
  sessionId: z.string(),
  expiresAt: z.number().describe("Milliseconds since the epoch."),
}) satisfies z.ZodType<Principal>;

export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  role,
  limits,
  totp: z.boolean(),
  passkeys: z.int().min(0),
  password: z.boolean(),
  oidc: z.boolean(),
  createdAt: z.iso.datetime(),
}) satisfies z.ZodType<User>;

export const sessionSchema = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  address: z.string(),
  userAgent: z.string(),
}) satisfies z.ZodType<SessionInfo>;

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  role,
  scopes,
  limits,
  owner: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
}) satisfies z.ZodType<ApiKeyInfo>;

export const auditEntrySchema = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  action: z.string(),
  outcome: z.enum(auditOutcomes),
  status: z.int().nullable(),
  actor: z.object({
    kind: z.enum(["user", "key", "console", "system", "anonymous"]),
    id: z.string(),
    name: z.string(),
  }),
  target: z.string(),
  requestId: z.string(),
  address: z.string(),
  detail: z.string().optional(),
}) satisfies z.ZodType<AuditEntry>;
