import type { DatabaseSync } from "node:sqlite";
import type { FetchLike } from "@modelcontextprotocol/client";
import type { Principal } from "../../../shared/protocol/access.ts";
import type { McpSignIn } from "../../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { isSecure } from "../../outbound/checked-fetch.ts";
import type { McpTransport, StoredMcpServer } from "../store.ts";
import { createAccessTokens } from "./access-tokens.ts";
import { clientFor } from "./client.ts";
import { type Challenge, findAuthorizationServer, findResource, validScope } from "./discovery.ts";
import { loadSdk, refused, type Sdk, shown, toFailure, wordsOf } from "./failure.ts";
import { messages, requests } from "./messages.ts";
import { createPendingSignIns, isSame, type PendingSignIn, randomText } from "./pending.ts";
import { probeChallenge } from "./probe.ts";
import { revokeTokens } from "./revoke.ts";
import { createSignInStore, type StoredSignIn } from "./store.ts";
import { createProviderFetch, toTokens } from "./token-set.ts";

/** Longest search for the authorization server, with the registration of the client. */
const BEGIN_MS = 40_000;

export interface SignInsDeps {
  database: DatabaseSync;
  rules: AddressRules;
  /** The registration as it is now; undefined when it was removed. */
  stored(serverId: string): StoredMcpServer | undefined;
  /** The values to mask have changed. */
  onTokens(serverId: string): void;
  /** The server needs a person: it answered 401, or its sign-in has ended. */
  onNeeded(serverId: string): void;
  onLost(serverId: string, why: string): void;
}

export interface SignInRequest {
  principal: Principal;
  /** Where the provider sends the browser back to. */
  redirectUri: string;
}

/** What proves that a sign-in is finished by who began it: the value of the browser, or the caller. */
export interface Finish {
  /** Parameters of the address that the provider sent the browser to. */
  query: URLSearchParams;
  binding?: string | undefined;
  caller?: Principal | undefined;
  /** The server it must be about. */
  serverId?: string | undefined;
  /** Whether who began it still may. */
  isAllowed(principal: Principal): boolean;
}

export interface SignIns {
  /** Null for a server that never asked for a sign-in. */
  describe(serverId: string): McpSignIn | null;
  /** Tokens and secrets of a server, to be masked. */
  secrets(serverId: string): string[];
  /** @throws AppError with the step that failed */
  begin(server: StoredMcpServer, request: SignInRequest): Promise<PendingSignIn>;
  /** Sends the browser of the person who began to the provider. @throws AppError `forbidden` */
  open(state: string, principal: Principal): { url: string; binding: string; until: number };
  /** Takes the code of the provider, once. @throws AppError; nothing is changed then */
  finish(finish: Finish): Promise<PendingSignIn>;
  /** Forgets the tokens, and revokes them where the provider can. */
  signOut(server: StoredMcpServer): Promise<void>;
  /**
   * The server was removed, or its address or client was changed. A client secret that stays the stored one still belongs to
   * the authorization server that it was sent to.
   */
  forget(serverId: string, secret?: "kept"): void;
  /** Somebody entered the client secret, maybe the same again: it may be sent to another authorization server. */
  noteSecret(serverId: string): void;
  /** The same `fetch` with the access token of a server. */
  authorize(server: Pick<StoredMcpServer, "id" | "transport">, fetch: FetchLike): FetchLike;
}

export const hasAuthorization = (transport: McpTransport): boolean =>
  transport.type === "http" && Object.keys(transport.headers).some((name) => name.toLowerCase() === "authorization");

/** Whether tokens of one transport are not meant for the other. */
export function isOtherResource(before: McpTransport, after: McpTransport): boolean {
  if (before.type === "stdio" || after.type === "stdio") return true;
  return before.url !== after.url || JSON.stringify(before.oauth) !== JSON.stringify(after.oauth);
}

/** Sign-ins of the panel at servers by OAuth: one for each server, shared by all who may use it. */
export function createSignIns({ database, rules, stored, onTokens, onNeeded, onLost }: SignInsDeps): SignIns {
  const store = createSignInStore(database);
  const pending = createPendingSignIns();
  /** Servers whose client secret was entered again: it may go to another authorization server. */
  const secretGiven = new Set<string>();
  /** Servers that answered 401 or want more rights. One entry for each registered server. */
  const wanted = new Map<string, Challenge>();

  const tokens = createAccessTokens({
    store,
    rules,
    onTokens,
    onLost,
    onChallenge(serverId, challenge) {
      const signIn = store.find(serverId);
      const scope = union(signIn?.tokens ? signIn.tokens.scope : null, challenge.scope);
      wanted.set(serverId, { ...challenge, scope });
      if (signIn?.tokens) store.setTokens(serverId, signIn.tokens, messages.moreRights(challenge.scope ?? ""));
      onNeeded(serverId);
    },
  });

  const discover = async (sdk: Sdk, { id, transport }: StoredMcpServer, fetch: FetchLike) => {
    if (transport.type !== "http") throw new AppError("invalid_input", messages.notRemote);
    if (hasAuthorization(transport)) throw new AppError("conflict", messages.hasHeader);
    const url = new URL(transport.url);
    if (!isSecure(url)) throw refused(messages.serverNeedsHttps);
    const challenge = await probeChallenge(transport, rules);
    const resource = await findResource(sdk, url, challenge, fetch);
    const before = store.find(id);
    const known = resource.servers.find((one) => withoutSlash(one) === withoutSlash(before?.issuer ?? ""));
    const metadata = await findAuthorizationServer(sdk, known ?? resource.servers[0] ?? "", fetch, async (address) => {
      if (!isSecure(new URL(address))) throw refused(messages.serverNeedsHttps);
      await rules.pin(address);
    });
    if (before && before.issuer !== metadata.issuer && !(keepsIssuer(before) && secretGiven.has(id))) {
      const sentence = keepsIssuer(before) ? messages.issuerOfSecret : messages.issuerChanged;
      throw refused(sentence(shown(before.issuer), shown(metadata.issuer)));
    }
    const asked = transport.oauth?.scope ?? wanted.get(id)?.scope ?? resource.scope;
    return {
      transport,
      metadata,
      resource: resource.resource,
      scope: transport.oauth?.scope ?? withOffline(asked, metadata),
    };
  };

  const exchange = async (sdk: Sdk, signIn: PendingSignIn, code: string, iss: string | undefined) => {
    try {
      const given = await sdk.exchangeAuthorization(signIn.metadata.issuer, {
        metadata: signIn.metadata,
        clientInformation: signIn.client,
        authorizationCode: code,
        iss,
        codeVerifier: signIn.verifier,
        redirectUri: signIn.redirectUri,
        resource: signIn.resource,
        fetchFn: createProviderFetch(rules),
      });
      return toTokens(given, signIn.scope);
    } catch (error) {
      throw toFailure(sdk, error, requests.token);
    }
  };

  /** @throws AppError when the server of a begun sign-in was changed meanwhile */
  const checkUnchanged = ({ serverId, transport }: PendingSignIn): void => {
    const server = stored(serverId);
    if (!server || isOtherResource(transport, server.transport)) throw new AppError("conflict", messages.serverGone);
  };

  /** Exchanges the code, and keeps the tokens unless the server was changed, removed or signed out meanwhile. */
  const complete = async (
    signIn: PendingSignIn,
    query: URLSearchParams,
    { holds, isAllowed }: { holds(): boolean; isAllowed(): boolean },
  ): Promise<void> => {
    if (!isAllowed()) throw refused(messages.noLongerAllowed);
    checkUnchanged(signIn);
    const sdk = await loadSdk();
    const iss = query.get("iss") ?? undefined;
    try {
      sdk.validateAuthorizationResponseIssuer({
        iss,
        expectedIssuer: signIn.metadata.issuer,
        issParameterSupported: signIn.metadata.authorization_response_iss_parameter_supported === true,
      });
    } catch (error) {
      throw toFailure(sdk, error, requests.token);
    }
    const error = query.get("error");
    if (error !== null) {
      const text = wordsOf({ code: error, message: query.get("error_description") });
      throw refused(error === "access_denied" ? messages.refusedByPerson : messages.refused(text));
    }
    const [code, second] = query.getAll("code");
    if (!code || second !== undefined) throw refused(messages.oddReturn);
    const { metadata, resource, client, principal, serverId } = signIn;
    const given: StoredSignIn = {
      issuer: metadata.issuer,
      metadata,
      resource,
      client,
      tokens: await exchange(sdk, signIn, code, iss),
      problem: null,
      user: principal.name,
      signedInAt: new Date().toISOString(),
    };
    try {
      if (!holds()) throw new AppError("conflict", messages.serverGone);
      checkUnchanged(signIn);
      if (!isAllowed()) throw refused(messages.noLongerAllowed);
    } catch (error) {
      await revokeTokens(sdk, given, createProviderFetch(rules));
      throw error;
    }
    store.save(serverId, given);
    wanted.delete(serverId);
    secretGiven.delete(serverId);
    onTokens(serverId);
  };

  return {
    describe(serverId) {
      const signIn = store.find(serverId);
      const nobody = { issuer: null, user: null, signedInAt: null, expiresAt: null, renews: false, scope: null };
      if (!signIn?.tokens && !signIn?.problem) {
        return signIn || wanted.has(serverId) ? { state: "needed", ...nobody, problem: null } : null;
      }
      const { issuer, user, signedInAt, problem } = signIn;
      return {
        state: problem === null ? "signed-in" : "again",
        issuer,
        user,
        signedInAt,
        expiresAt: signIn.tokens?.expiresAt ?? null,
        renews: typeof signIn.tokens?.refresh === "string",
        scope: signIn.tokens?.scope ?? null,
        problem,
      };
    },
    secrets(serverId) {
      const { tokens: held, client } = store.find(serverId) ?? {};
      return [held?.access, held?.refresh, client?.client_secret].filter((one) => typeof one === "string");
    },
    async begin(server, { principal, redirectUri }) {
      if (!isSecure(new URL(redirectUri))) throw refused(messages.needsHttps);
      const sdk = await loadSdk();
      const fetch = createProviderFetch(rules, AbortSignal.timeout(BEGIN_MS));
      const { transport, metadata, resource, scope } = await discover(sdk, server, fetch);
      const before = store.find(server.id);
      const client = await clientFor(sdk, { oauth: transport.oauth, before, metadata, redirectUri, scope, fetch });
      const state = randomText();
      const { authorizationUrl, codeVerifier: verifier } = await sdk.startAuthorization(metadata.issuer, {
        metadata,
        clientInformation: client,
        redirectUrl: redirectUri,
        scope,
        state,
        resource,
      });
      return pending.add({
        state,
        serverId: server.id,
        transport,
        principal,
        verifier,
        redirectUri,
        authorizationUrl: authorizationUrl.href,
        metadata,
        resource,
        client,
        scope: scope ?? null,
      });
    },
    open(state, principal) {
      const signIn = pending.find(state);
      if (!signIn) throw refused(messages.notBegun);
      if (!isSameCaller(signIn.principal, principal)) throw refused(messages.otherCaller);
      return { url: signIn.authorizationUrl, binding: pending.bind(signIn), until: signIn.until };
    },
    async finish({ query, binding, caller, serverId: expected, isAllowed }) {
      const signIn = pending.find(query.get("state"));
      if (!signIn || query.getAll("state").length > 1) throw refused(messages.notBegun);
      const isBrowser = binding !== undefined && signIn.binding !== null && isSame(binding, signIn.binding);
      if (!isBrowser && !(caller && isSameCaller(signIn.principal, caller))) throw refused(messages.otherCaller);
      if (expected !== undefined && expected !== signIn.serverId) throw refused(messages.notBegun);
      const holds = pending.take(signIn);
      try {
        await complete(signIn, query, { holds, isAllowed: () => isAllowed(signIn.principal) });
      } finally {
        pending.end(signIn);
      }
      return signIn;
    },
    async signOut({ id }) {
      const before = store.find(id);
      pending.forget(id);
      if (!before) return;
      if (keepsIssuer(before)) store.setTokens(id, null, null);
      else store.remove(id);
      wanted.set(id, {});
      onTokens(id);
      await revokeTokens(await loadSdk(), before, createProviderFetch(rules));
    },
    forget(serverId, secret) {
      pending.forget(serverId);
      wanted.delete(serverId);
      secretGiven.delete(serverId);
      const before = store.find(serverId);
      if (secret === "kept" && before && keepsIssuer(before)) store.setTokens(serverId, null, null);
      else store.remove(serverId);
    },
    noteSecret: (serverId) => void secretGiven.add(serverId),
    authorize({ id, transport }, fetch) {
      // A server that asked for a sign-in may have stopped doing so: a new connection shows it.
      if (!store.find(id)) wanted.delete(id);
      return hasAuthorization(transport) ? fetch : tokens.authorize(id, fetch);
    },
  };
}

const withoutSlash = (address: string): string => address.replace(/\/$/, "");
/** A client secret that was entered by hand is sent to the first authorization server only. */
const keepsIssuer = ({ client }: StoredSignIn): boolean => client.byHand && client.client_secret !== undefined;
const isSameCaller = (a: Principal, b: Principal): boolean =>
  a.kind === b.kind && a.id === b.id && a.sessionId === b.sessionId;

const union = (...scopes: (string | null | undefined)[]): string | undefined =>
  validScope([...new Set(scopes.flatMap((scope) => scope?.split(" ") ?? []))].join(" "));

/** Providers give what renews a token only to who asks for `offline_access`. */
const withOffline = (
  scope: string | undefined,
  { scopes_supported: known }: { scopes_supported?: string[] | undefined },
) => (scope !== undefined && known?.includes("offline_access") ? union(scope, "offline_access") : scope);
