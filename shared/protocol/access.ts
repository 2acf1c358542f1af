import { z } from "zod";
import { jobId } from "./identifier.ts";
import { type Permission, permissions, roles } from "./permission.ts";

// Separate from the schemas: the page imports the permissions without the schema library.
export {
  canSeeDeployment,
  canSeeService,
  may,
  narrowestScope,
  type Permission,
  permissions,
  type Role,
  roles,
} from "./permission.ts";

export const role = z.enum(roles);
export const permission = z.enum(Object.keys(permissions) as [Permission, ...Permission[]]);

/** Containers and processes that a user or API key can see. */
export const resourceScopeSchema = z.object({
  services: z.array(z.string()).nullable().describe("Names of the visible containers; null: all."),
  deployments: z.array(z.string()).nullable().describe("Ids of the visible processes; null: all."),
});
export type ResourceScope = z.infer<typeof resourceScopeSchema>;

/** One thing that a route of the access table allows. */
export const accessAreaSchema = z.object({
  permission,
  changes: z.boolean().describe("False for reads."),
  scope: z
    .enum(["host", "all"])
    .nullable()
    .describe(
      "`host`: not for accounts limited to some containers; `all`: not for those limited to some processes either.",
    ),
  keys: z.enum(["yes", "scoped", "no"]).describe("Whether API keys may: always, by naming the permission, or never."),
});
export type AccessArea = z.infer<typeof accessAreaSchema>;

export const scopesSchema = z
  .array(permission)
  .nullable()
  .describe("Permissions an API key is restricted to; null: all that its role has.");

/** The authenticated caller. */
export const principalSchema = z.object({
  kind: z.enum(["user", "key"]),
  id: z.string().describe("Id of the user or of the API key."),
  name: z.string(),
  role,
  limits: resourceScopeSchema,
  scopes: scopesSchema,
  sessionId: z.string().describe("Id of the session (not its token) or of the key; a revocation names it."),
  expiresAt: z.number().describe("Milliseconds since the epoch."),
});
/** `monitor` and `userId` are sent to the realtime server only. */
export type Principal = z.infer<typeof principalSchema> & {
  /** Whether the principal may read `/ready` and `/metrics`. */
  monitor?: boolean;
  /** Owner of a key: shares are counted per user, however many keys there are. */
  userId?: string;
};

/** A handshake whose session or key the API checks. */
export const handshakeRequest = z.strictObject({
  /** `Cookie` header of the handshake, unchanged. */
  cookie: z.string().max(16_384).optional(),
  /** `auth.token` of the handshake, or the bearer token of its headers: an API key. */
  token: z.string().max(512).optional(),
  /** Address of the client; forwarded headers count only from a listed proxy. */
  address: z.string().max(64),
  /** Whether the browser connected by https, where a cookie without the Secure prefix is not accepted. */
  https: z.boolean(),
});
export type HandshakeRequest = z.infer<typeof handshakeRequest>;

/** Handshakes in one request. */
export const HANDSHAKES_MAX = 32;
/**
 * `POST /internal/handshakes` of the API, with the emit token. Returns `principals` in the order of the handshakes: null for
 * one without a valid session or key, and for one that is no {@link handshakeRequest}, so that it refuses no other.
 */
export const handshakesRequest = z.strictObject({ handshakes: z.array(z.unknown()).max(HANDSHAKES_MAX) });

/** Ids of each kind in one revocation. */
export const REVOKED_IDS_MAX = 1_000;
const revokedIds = z.array(z.string().min(1).max(128)).max(REVOKED_IDS_MAX).default([]);

/** `POST /access/revoke` of the realtime server, with the emit token: disconnects the sockets of these at once. */
export const revocation = z.strictObject({
  /** Ids of sessions or keys. */
  sessionIds: revokedIds,
  /** Ids of users: all their sockets. */
  principalIds: revokedIds,
  /** All sockets of everybody: sent when the ids became too many to keep. */
  all: z.literal(true).optional(),
});
export type Revocation = z.input<typeof revocation>;
/** A {@link Revocation} as the realtime server reads it. */
export type RevokedSubjects = z.output<typeof revocation>;

/** `POST /internal/sessions` of the API, once a minute: returns which sessions are still valid, in case a revocation was lost. */
export const sessionsQuery = z.strictObject({ sessionIds: z.array(z.string().min(1).max(128)).max(10_000) });

/** `POST /internal/jobs` of the API: whether a principal may follow a job; if not, the response is 404, as for a missing job. */
export const jobQuestion = z.strictObject({
  jobId,
  kind: z.enum(["user", "key"]),
  id: z.string().min(1).max(128),
  sessionId: z.string().min(1).max(128),
});
