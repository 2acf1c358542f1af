import type { ClientAuth } from "openid-client";
import type { Config } from "../../../shared/server/config.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";
import type { Sealer } from "../sealed.ts";
import { toDiscoveryFailure } from "./oidc-failure.ts";
import { toOidcUser } from "./oidc-user.ts";

export type OidcConfig = Pick<Config, "OIDC_ISSUER" | "OIDC_CLIENT_ID" | "OIDC_CLIENT_SECRET" | "OIDC_DEFAULT_ROLE">;

/** Time for the log-in at the provider. */
export const OIDC_PENDING_MS = 600_000;
const ANSWER_SECONDS = 10;

interface Pending {
  verifier: string;
  state: string;
  nonce: string;
  redirectUri: string;
}

const PURPOSE = "oidc";

export interface OidcLogin {
  /** Why the last request to the provider failed, as a sentence; undefined after a success. */
  readonly problem: string | undefined;
  /**
   * Returns the address for the browser, and the sealed state that it brings back. The server keeps nothing.
   * @param again requires a new log-in even if the provider has a session
   */
  start(redirectUri: string, again: boolean): Promise<{ url: string; binding: string }>;
  /** Checks the provider's response and returns the user. A response is valid once. @throws AppError `forbidden` for an unknown identity */
  finish(binding: string | undefined, query: string): Promise<UserRecord>;
}

const notBegunHere = () => new AppError("forbidden", messages.notBegunHere);

type Client = typeof import("openid-client");

/** The method of the provider: many read the secret from the body only, and all others must support Basic. */
function authentication(client: Client, secret: string | undefined): ClientAuth {
  if (!secret) return client.None();
  const post = client.ClientSecretPost(secret);
  const basic = client.ClientSecretBasic(secret);
  return (server, ...rest) => {
    const byPost = server.token_endpoint_auth_methods_supported?.includes("client_secret_post");
    (byPost ? post : basic)(server, ...rest);
  };
}

/** Log-in by an OpenID provider (authorization code, PKCE, state, nonce); undefined when none is configured. */
export function createOidcLogin(config: OidcConfig, users: Users, sealer: Sealer, log: Log): OidcLogin | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret } = config;
  if (!issuer || !clientId) return undefined;
  let problem: string | undefined;
  let discovered: Promise<{ client: Client; provider: InstanceType<Client["Configuration"]> }> | undefined;

  const discover = async () => {
    const client = await import("openid-client");
    const server = new URL(issuer);
    const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(server.hostname);
    const provider = await client.discovery(server, clientId, undefined, authentication(client, secret), {
      timeout: ANSWER_SECONDS,
      // Signatures are checked although TLS names the provider. Plain http is for a provider on this machine only.
      execute: [
        client.enableNonRepudiationChecks,
        ...(server.protocol === "http:" && loopback ? [client.allowInsecureRequests] : []),
      ],
    });
    return { client, provider };
  };
  const connect = async () => {
    discovered ??= discover();
    try {
      const ready = await discovered;
      problem = undefined;
      return ready;
    } catch (error) {
      discovered = undefined; // the next log-in repeats the request
      const failure = toDiscoveryFailure(error, issuer, ANSWER_SECONDS);
      problem = failure.message;
      log.warn({ err: error }, failure.message);
      throw failure;
    }
  };

  return {
    get problem() {
      return problem;
    },
    start: async (redirectUri, again) => {
      const { client, provider } = await connect();
      const verifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: "openid profile email",
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      if (again) url.searchParams.set("prompt", "login");
      const started: Pending = { verifier, state, nonce, redirectUri };
      return { url: url.href, binding: sealer.seal(PURPOSE, started, OIDC_PENDING_MS) };
    },
    finish: async (binding, query) => {
      const started = sealer.open(PURPOSE, binding) as Pending | undefined;
      if (!started || binding === undefined) throw notBegunHere();
      const { client, provider } = await connect();
      try {
        const tokens = await client.authorizationCodeGrant(provider, new URL(`${started.redirectUri}?${query}`), {
          pkceCodeVerifier: started.verifier,
          expectedState: started.state,
          expectedNonce: started.nonce,
          idTokenExpected: true,
        });
        if (!sealer.spend(binding)) throw notBegunHere();
        const claims = tokens.claims();
        if (!claims) throw new Error("no id token");
        const asks = claims.email === undefined && claims.preferred_username === undefined;
        const more =
          asks && provider.serverMetadata().userinfo_endpoint
            ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
            : {};
        return toOidcUser({ ...more, ...claims }, users, config.OIDC_DEFAULT_ROLE);
      } catch (error) {
        if (error instanceof AppError) throw error;
        log.warn({ err: error }, "the answer of the OpenID provider was refused");
        throw new AppError("forbidden", messages.notConfirmed, { cause: error });
      }
    },
  };
}
