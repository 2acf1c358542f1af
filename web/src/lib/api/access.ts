import type { z } from "zod";
import type { Principal } from "../../../../shared/protocol/access.ts";
import type { AuditOutcome, keyBody, userBody, userPatch } from "../../../../shared/protocol/account.ts";
import type { passkeyAssertion, passkeyCreation } from "../../../../shared/protocol/passkey.ts";
import type { CreationOptions, RequestOptions } from "../passkeys.ts";
import { ApiFailure } from "./failure.ts";
import { answer, part, routes, urlOf } from "./request.ts";

export type Assertion = z.input<typeof passkeyAssertion>;
export type Creation = z.input<typeof passkeyCreation>;
export type UserInput = z.input<typeof userBody>;
export type UserPatch = z.input<typeof userPatch>;
export type KeyInput = z.input<typeof keyBody>;

export interface AuditFilter {
  text?: string;
  outcome?: AuditOutcome;
  /** ISO 8601. */
  since?: string;
  /** ISO 8601. */
  until?: string;
  /** Sequence of the last entry of the previous page. */
  before?: number;
  limit: number;
}

const at = (id: string) => ({ param: { id: part(id) } });

export const setup = {
  needed: async () => (await answer(routes().setup.$get())).needed,
  /** Creates the first administrator and signs in. */
  finish: async (json: { token: string; username: string; password: string }) =>
    (await answer(routes().setup.$post({ json }))).principal,
};

export const session = {
  /** The account that is signed in; null without one, also when a session has ended. */
  get: async (): Promise<Principal | null> => {
    try {
      return (await answer(routes().session.$get())).principal;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null;
      throw error;
    }
  },
  /** Signs in. @throws ApiFailure with `codeRequired` when a second factor is needed. */
  begin: async (json: { username: string; password: string; code?: string; passkey?: Assertion }) =>
    (await answer(routes().session.$post({ json }))).principal,
  /** Options for the browser; null when no account has a passkey. */
  passkeyOptions: async () => (await answer(routes().session.passkey.options.$post())).options as RequestOptions | null,
  /** Signs in with a passkey alone. */
  beginWithPasskey: async (response: Assertion) =>
    (await answer(routes().session.passkey.$post({ json: { response } }))).principal,
  /** The ways in which the user can re-authenticate. */
  proofOptions: async () => {
    const { password, oidc, options } = await answer(routes().session.proof.options.$post());
    return { password, oidc, passkey: options as RequestOptions | null };
  },
  prove: (json: { password: string } | { passkey: Assertion }) => answer(routes().session.proof.$post({ json })),
  end: () => answer(routes().session.$delete()),
  oidc: () => answer(routes().oidc.$get()),
  /** @param again Whether the provider prompts even a user that it has signed in already. */
  oidcUrl: (again = false) => urlOf("/oidc/start", again ? { again: "true" } : {}),
};

export const account = {
  /** The ways in which the account signs in. */
  get: () => answer(routes().account.$get()),
  sessions: async () => (await answer(routes().account.sessions.$get())).sessions,
  revokeSession: (id: string) => answer(routes().account.sessions[":id"].$delete(at(id))),
  changePassword: (json: { current: string; password: string }) => answer(routes().account.password.$post({ json })),
  beginTotp: () => answer(routes().account.totp.$post()),
  confirmTotp: async (code: string) =>
    (await answer(routes().account.totp.confirm.$post({ json: { code } }))).recoveryCodes,
  removeTotp: () => answer(routes().account.totp.$delete()),
  passkeyOptions: async () =>
    (await answer(routes().account.passkeys.options.$post())).options as unknown as CreationOptions,
  /** `recoveryCodes` are returned only once; null if the account has some already. */
  addPasskey: (json: { name: string; response: Creation }) => answer(routes().account.passkeys.$post({ json })),
  renamePasskey: (id: string, name: string) =>
    answer(routes().account.passkeys[":id"].$patch({ ...at(id), json: { name } })),
  removePasskey: (id: string) => answer(routes().account.passkeys[":id"].$delete(at(id))),
};

/** The rules by which the server decides, by permission. */
export const accessAreas = async () => (await answer(routes().access.$get())).areas;

export const users = {
  list: async () => (await answer(routes().users.$get())).users,
  create: async (json: UserInput) => (await answer(routes().users.$post({ json }))).user,
  update: async (id: string, json: UserPatch) => (await answer(routes().users[":id"].$patch({ ...at(id), json }))).user,
  /** Resolves with the rules and channels that the user leaves behind. */
  remove: async (id: string) => (await answer(routes().users[":id"].$delete(at(id)))).left,
  endSessions: (id: string) => answer(routes().users[":id"].sessions.$delete(at(id))),
};

export const keys = {
  list: async () => (await answer(routes().keys.$get())).keys,
  /** `secret` is the key itself; no other response contains it. */
  create: (json: KeyInput) => answer(routes().keys.$post({ json })),
  revoke: (id: string) => answer(routes().keys[":id"].$delete(at(id))),
};

export const audit = {
  list: ({ before, limit, ...filter }: AuditFilter, signal?: AbortSignal) => {
    const query = { ...filter, limit: String(limit), before: before?.toString() };
    return answer(routes().audit.$get({ query }, { init: { signal } }));
  },
};
