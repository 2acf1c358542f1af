import type { z } from "zod";
import type { Principal } from "../../../../shared/protocol/access.ts";
import type {
  ApiKeyInfo,
  AuditEntry,
  auditQuery,
  keyBody,
  SessionInfo,
  User,
  userBody,
  userPatch,
} from "../../../../shared/protocol/account.ts";
import { request, urlOf } from "./request.ts";

export type UserInput = z.input<typeof userBody>;
export type UserPatch = z.input<typeof userPatch>;
export type KeyInput = z.input<typeof keyBody>;
export type AuditFilter = z.input<typeof auditQuery>;

const enc = encodeURIComponent;

export const setup = {
  needed: async () => (await request<{ needed: boolean }>("GET", "/setup")).needed,
  /** Makes the first administrator, who is logged in at once. */
  finish: async (body: { token: string; username: string; password: string }) =>
    (await request<{ principal: Principal }>("POST", "/setup", { body })).principal,
};

export const session = {
  get: async () => (await request<{ principal: Principal }>("GET", "/session")).principal,
  /** Refused with `codeRequired` when a second factor is to follow. */
  begin: async (body: { username: string; password: string; code?: string }) =>
    (await request<{ principal: Principal }>("POST", "/session", { body })).principal,
  end: () => request("DELETE", "/session"),
  oidc: () => request<{ configured: boolean }>("GET", "/oidc"),
  oidcUrl: () => urlOf("/oidc/start"),
};

export const account = {
  sessions: async () => (await request<{ sessions: SessionInfo[] }>("GET", "/account/sessions")).sessions,
  revokeSession: (id: string) => request("DELETE", `/account/sessions/${enc(id)}`),
  changePassword: (body: { current: string; password: string }) => request("POST", "/account/password", { body }),
  beginTotp: (password?: string) =>
    request<{ secret: string; uri: string }>("POST", "/account/totp", { body: { password } }),
  confirmTotp: async (code: string) =>
    (await request<{ recoveryCodes: string[] }>("POST", "/account/totp/confirm", { body: { code } })).recoveryCodes,
  removeTotp: (password?: string) => request("DELETE", "/account/totp", { body: { password } }),
};

export const users = {
  list: async () => (await request<{ users: User[] }>("GET", "/users")).users,
  create: async (body: UserInput) => (await request<{ user: User }>("POST", "/users", { body })).user,
  update: async (id: string, body: UserPatch) =>
    (await request<{ user: User }>("PATCH", `/users/${enc(id)}`, { body })).user,
  remove: (id: string) => request("DELETE", `/users/${enc(id)}`),
  endSessions: (id: string) => request("DELETE", `/users/${enc(id)}/sessions`),
};

export const keys = {
  list: async () => (await request<{ keys: ApiKeyInfo[] }>("GET", "/keys")).keys,
  /** `secret` is the key itself: this answer is the only place it ever appears. */
  create: (body: KeyInput) => request<{ key: ApiKeyInfo; secret: string }>("POST", "/keys", { body }),
  revoke: (id: string) => request("DELETE", `/keys/${enc(id)}`),
};

export const audit = {
  list: (query: AuditFilter, signal?: AbortSignal) =>
    request<{ entries: AuditEntry[]; next: number | null }>("GET", "/audit", {
      query: query as Record<string, string | number | undefined>,
      ...(signal ? { signal } : {}),
    }),
};
