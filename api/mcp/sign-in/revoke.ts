import type { FetchLike } from "@modelcontextprotocol/client";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import type { Sdk } from "./failure.ts";
import type { StoredSignIn } from "./store.ts";

const REVOKE_MS = 5_000;

/** Tells the authorization server that the tokens are no longer used (RFC 7009), if it takes that. Never fails. */
export async function revokeTokens(sdk: Sdk, signIn: StoredSignIn, fetch: FetchLike): Promise<void> {
  const { metadata, tokens, client } = signIn;
  const token = tokens?.refresh ?? tokens?.access;
  if (metadata.revocation_endpoint === undefined || token === undefined) return;
  const body = new URLSearchParams({ token });
  body.set("token_type_hint", tokens?.refresh ? "refresh_token" : "access_token");
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  const { client_id: id, client_secret: secret = "" } = client;
  const method = sdk.selectClientAuthMethod(client, metadata.token_endpoint_auth_methods_supported ?? []);
  if (method === "client_secret_basic") {
    headers.authorization = `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;
  } else {
    body.set("client_id", id);
    if (method === "client_secret_post") body.set("client_secret", secret);
  }
  const request = fetch(metadata.revocation_endpoint, { method: "POST", headers, body });
  await withTimeout(request, REVOKE_MS, () => undefined).catch(() => {});
}
