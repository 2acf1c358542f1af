import type { FetchLike } from "@modelcontextprotocol/client";
import type { z } from "zod";
import type { mcpOAuth } from "../../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { type Sdk, shown, toFailure, unavailable } from "./failure.ts";
import { messages, requests } from "./messages.ts";
import type { OAuthClient, ServerMetadata, StoredSignIn } from "./store.ts";

export interface ClientRequest {
  /** The client that was entered by hand. */
  oauth: z.output<typeof mcpOAuth> | undefined;
  before: StoredSignIn | undefined;
  metadata: ServerMetadata;
  redirectUri: string;
  scope: string | undefined;
  fetch: FetchLike;
}

const NAME = "AI Desktop";

/**
 * The client of the panel at an authorization server: the one entered by hand, that of the sign-in that still holds, or a
 * new one. After a sign-in that was lost, the server may have forgotten its client too.
 *
 * @throws AppError
 */
export async function clientFor(sdk: Sdk, request: ClientRequest): Promise<OAuthClient> {
  const { oauth, before, metadata, redirectUri, scope, fetch } = request;
  if (oauth?.clientId !== undefined) {
    return { client_id: oauth.clientId, client_secret: oauth.clientSecret, redirectUri, byHand: true };
  }
  const known = before?.client;
  if (before?.tokens && known && !known.byHand && known.redirectUri === redirectUri && !hasEnded(known)) return known;
  if (metadata.registration_endpoint === undefined) {
    throw unavailable(messages.noRegistration(shown(metadata.issuer), redirectUri));
  }
  try {
    const { client_id, client_secret, client_secret_expires_at, token_endpoint_auth_method } = await sdk.registerClient(
      metadata.issuer,
      {
        metadata,
        clientMetadata: {
          client_name: NAME,
          redirect_uris: [redirectUri],
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          token_endpoint_auth_method: methodOf(metadata),
          application_type: new URL(redirectUri).protocol === "https:" ? "web" : "native",
        },
        scope,
        fetchFn: fetch,
      },
    );
    const lacksSecret = token_endpoint_auth_method?.startsWith("client_secret_") && client_secret === undefined;
    if (client_id === "" || client_id.length > 4_096 || lacksSecret)
      throw unavailable(messages.oddResponse(requests.registration));
    return {
      client_id,
      client_secret,
      client_secret_expires_at,
      token_endpoint_auth_method,
      redirectUri,
      byHand: false,
    };
  } catch (error) {
    throw error instanceof AppError ? error : toFailure(sdk, error, requests.registration);
  }
}

const hasEnded = ({ client_secret_expires_at: end }: OAuthClient): boolean =>
  end !== undefined && end > 0 && end * 1_000 < Date.now();

/** Without a secret where the server takes that: PKCE protects the code. The default is that of RFC 8414. */
function methodOf({
  token_endpoint_auth_methods_supported: methods = ["client_secret_basic"],
}: ServerMetadata): string {
  return ["none", "client_secret_basic", "client_secret_post"].find((method) => methods.includes(method)) ?? "none";
}
