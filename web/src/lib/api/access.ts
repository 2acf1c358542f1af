import type { z } from "zod";
import type { AuditOutcome, keyBody, userBody, userPatch } from "../../../../shared/protocol/account.ts";
import type { Principal } from "../../../../shared/protocol/permission.ts";
import { ApiFailure } from "./failure.ts";
import { answer, part, routes, urlOf } from "./request.ts";

export type UserInput = z.input<typeof userBody>;
export type UserPatch = z.input<typeof userPatch>;
export type KeyInput = z.input<typeof keyBody>;

export interface AuditFilter {
  text?: string;
  outcome?: AuditOutcome;
  /** ISO 8601. */
  since?: string;
  /** Sequence of the last entry of the page before. */
  before?: number;
  limit: number;
}

const at = (id: string) => ({ param: { id: part(id) } });

export const setup = {
  needed: async () => (await answer(routes().setup.$get())).needed,
  /** Makes the first administrator, who is logged in at once. */
  finish: async (json: { token: string; username: string; password: string }) =>
    (await answer(routes().setup.$post({ json }))).principal,
};

export const session = {
  /** Who is logged in; null when nobody is, also when a session has ended. */
  get: async (): Promise<Principal | null> => {
    try {
      return (await answer(routes().session.$get())).principal;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null;
      throw error;
    }
  },
  /** Refused with `codeRequired` when a second factor is to follow. */
  begin: async (json: { username: string; password: string; code?: string }) =>
    (await answer(routes().session.$post({ json }))).principal,
  end: () => answer(routes().session.$delete()),
  oidc: () => answer(routes().oidc.$get()),
  oidcUrl: () => urlOf("/oidc/start"),
};

export const account = {
  /** Whether it has a second factor, and a password of its own. */
  get: () => answer(routes().account.$get()),
  sessions: async () => (await answer(routes().account.sessions.$get())).sessions,
  revokeSession: (id: string) => answer(routes().account.sessions[":id"].$delete(at(id))),
  changePassword: (json: { current: string; password: string }) => answer(routes().account.password.$post({ json })),
  beginTotp: (password?: string) => answer(routes().account.totp.$post({ json: { password } })),
  confirmTotp: async (code: string) =>
    (await answer(routes().account.totp.confirm.$post({ json: { code } }))).recoveryCodes,
  removeTotp: (password?: string) => answer(routes().account.totp.$delete({ json: { password } })),
};

export const users = {
  list: async () => (await answer(routes().users.$get())).users,
  create: async (json: UserInput) => (await answer(routes().users.$post({ json }))).user,
  update: async (id: string, json: UserPatch) => (await answer(routes().users[":id"].$patch({ ...at(id), json }))).user,
  remove: (id: string) => answer(routes().users[":id"].$delete(at(id))),
  endSessions: (id: string) => answer(routes().users[":id"].sessions.$delete(at(id))),
};

export const keys = {
  list: async () => (await answer(routes().keys.$get())).keys,
  /** `secret` is the key itself: this answer is the only place it ever appears. */
  create: (json: KeyInput) => answer(routes().keys.$post({ json })),
  revoke: (id: string) => answer(routes().keys[":id"].$delete(at(id))),
};

export const audit = {
  list: ({ before, limit, ...filter }: AuditFilter, signal?: AbortSignal) => {
    const query = { ...filter, limit: String(limit), ...(before ? { before: String(before) } : {}) };
    return answer(routes().audit.$get({ query }, { init: { signal } }));
  },
};
