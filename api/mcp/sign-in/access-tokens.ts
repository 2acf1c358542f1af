import type { FetchLike } from "@modelcontextprotocol/client";
import type { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { HttpRefusal, SignInRequired } from "../connection/http-responses.ts";
import { type Challenge, challengeOf } from "./discovery.ts";
import { isRefusal, loadSdk, toFailure, unavailable, wordsOf } from "./failure.ts";
import { messages, requests } from "./messages.ts";
import { revokeTokens } from "./revoke.ts";
import type { SignInStore, StoredSignIn, Tokens } from "./store.ts";
import { createProviderFetch, toTokens } from "./token-set.ts";

export interface AccessTokensDeps {
  store: SignInStore;
  rules: AddressRules;
  /** The server answered 401 without a sign-in, or wants more rights. */
  onChallenge(serverId: string, challenge: Challenge): void;
  /** New tokens, to be masked. */
  onTokens(serverId: string): void;
  /** A person has to sign in again. Calls of the server fail with this sentence. */
  onLost(serverId: string, why: string): void;
}

export interface AccessTokens {
  /** The same `fetch` with the access token of a server, which is renewed when it ends or is refused. */
  authorize(serverId: string, fetch: FetchLike): FetchLike;
}

/** How long a renewal that failed is not tried again: calls would each ask a provider that is away. */
const PAUSE_MS = 2_000;

export function createAccessTokens({ store, rules, onChallenge, onTokens, onLost }: AccessTokensDeps): AccessTokens {
  const renewals = new Map<string, Promise<string>>();
  const failures = new WeakMap<StoredSignIn, { at: number; error: AppError }>();

  /** The sign-in has ended. Returns the error for the request that noticed it. */
  const lose = (serverId: string, lost: StoredSignIn, why: string): SignInRequired => {
    const sentence = messages.again(why);
    // Somebody may have signed in or out meanwhile.
    if (isSameSignIn(store.find(serverId), lost)) {
      store.setTokens(serverId, null, sentence);
      onLost(serverId, sentence);
    }
    return new SignInRequired(sentence, 401);
  };

  const request = async (serverId: string, before: StoredSignIn, tokens: Tokens): Promise<string> => {
    const { issuer, metadata, client: clientInformation, resource } = before;
    if (tokens.refresh === null) throw lose(serverId, before, messages.noRenewal);
    const sdk = await loadSdk();
    const sent = [tokens.refresh, tokens.access, clientInformation.client_secret];
    const fetch = createProviderFetch(rules);
    let renewed: Tokens;
    try {
      const given = await sdk.refreshAuthorization(issuer, {
        metadata,
        clientInformation,
        refreshToken: tokens.refresh,
        resource,
        fetchFn: async (target, init) => {
          const response = await fetch(target, init);
          // Whatever its body says: the provider did not look at the token.
          if (isBusy(response.status)) throw unavailable(messages.busy(response.status));
          return response;
        },
      });
      renewed = toTokens(given, tokens.scope);
    } catch (error) {
      if (isRefusal(sdk, error)) throw lose(serverId, before, messages.renewalRefused(wordsOf(error, sent)));
      const failure = unavailable(messages.notRenewed(toFailure(sdk, error, requests.token, sent).message));
      failures.set(before, { at: performance.now(), error: failure });
      throw failure;
    }
    const now = store.find(serverId);
    if (!now || !isSameSignIn(now, before)) {
      if (now?.tokens) return now.tokens.access;
      await revokeTokens(sdk, { ...before, tokens: renewed }, fetch);
      throw new SignInRequired(now?.problem ?? messages.signedOut, 401);
    }
    store.setTokens(serverId, renewed, now.problem);
    onTokens(serverId);
    return renewed.access;
  };

  /** Renews the access token, once for all requests that noticed its end. */
  const renew = (serverId: string, used: string): Promise<string> => {
    const stored = store.find(serverId);
    if (!stored?.tokens) throw new SignInRequired(stored?.problem ?? messages.signedOut, 401);
    if (stored.tokens.access !== used) return Promise.resolve(stored.tokens.access);
    const running = renewals.get(serverId);
    if (running) return running;
    const failed = failures.get(stored);
    if (failed && performance.now() - failed.at < PAUSE_MS) return Promise.reject(failed.error);
    const renewal = request(serverId, stored, stored.tokens).finally(() => {
      if (renewals.get(serverId) === renewal) renewals.delete(serverId);
    });
    renewals.set(serverId, renewal);
    return renewal;
  };

  const current = async (serverId: string): Promise<string | undefined> => {
    const stored = store.find(serverId);
    if (!stored?.tokens) {
      if (stored?.problem) throw new SignInRequired(stored.problem, 401);
      return undefined;
    }
    const { access, refresh, renewAt, expiresAt } = stored.tokens;
    if (refresh === null || renewAt === null || Date.now() < renewAt) return access;
    try {
      return await renew(serverId, access);
    } catch (error) {
      const holds = expiresAt !== null && Date.now() < Date.parse(expiresAt);
      if (error instanceof SignInRequired || !holds) throw error;
      return access;
    }
  };

  return {
    authorize: (serverId, fetch) => async (target, init) => {
      const used = await current(serverId);
      const response = await fetch(target, withToken(init, used));
      if (response.status !== 401 && response.status !== 403) return response;
      const challenge = challengeOf(response);
      if (used === undefined) {
        if (response.status === 401) onChallenge(serverId, challenge);
        return response;
      }
      if (response.status === 403) {
        if (challenge.error !== "insufficient_scope" || challenge.scope === undefined) return response;
        await response.body?.cancel().catch(() => {});
        onChallenge(serverId, challenge);
        throw new HttpRefusal(messages.moreRights(challenge.scope), 403);
      }
      await response.body?.cancel().catch(() => {});
      const renewed = await renew(serverId, used);
      const again = await fetch(target, withToken(init, renewed));
      if (again.status !== 401) return again;
      await again.body?.cancel().catch(() => {});
      const stored = store.find(serverId);
      throw stored?.tokens?.access === renewed
        ? lose(serverId, stored, messages.tokenRefused)
        : new SignInRequired(stored?.problem ?? messages.signedOut, 401);
    },
  };
}

const isBusy = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** Whether nobody signed in or out since, and the tokens are the same. */
const isSameSignIn = (now: StoredSignIn | undefined, before: StoredSignIn): boolean =>
  now?.signedInAt === before.signedInAt && now.tokens?.access === before.tokens?.access;

function withToken(init: RequestInit | undefined, token: string | undefined): RequestInit | undefined {
  if (token === undefined) return init;
  const headers = new Headers(init?.headers);
  headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}
