import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface TestProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Claims of the next log-in. */
  claims: Record<string, unknown>;
  /** Changes the claims of the id token before it is signed, as a hostile provider would. */
  tamper: Record<string, unknown>;
  /** Signs with another key than the published one. */
  wrongKey: boolean;
  /** Replaces the response with its settings. */
  discovery: ((response: ServerResponse) => void) | null;
  stop(): Promise<void>;
}

interface Grant {
  nonce: string | null;
  challenge: string;
  redirectUri: string;
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A small OpenID provider that consents at once: discovery, authorization code with PKCE, signed id tokens. */
export async function startProvider(): Promise<TestProvider> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const otherKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const grants = new Map<string, Grant>();

  const authorize = (query: URLSearchParams, response: ServerResponse) => {
    const code = randomUUID();
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("code_challenge_method") !== "S256") throw new Error("no PKCE");
    grants.set(code, { nonce: query.get("nonce"), challenge: query.get("code_challenge") ?? "", redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    response.writeHead(302, { Location: back.href }).end();
  };
  const idToken = (nonce: string | null) => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: provider.clientId, iat: now, exp: now + 60, nonce, ...provider.claims };
    const signed = `${base64({ alg: "RS256", kid: "1" })}.${base64({ ...claims, ...provider.tamper })}`;
    const key = (provider.wrongKey ? otherKeys : keys).privateKey;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
  };
  const token = async (request: IncomingMessage, response: ServerResponse) => {
    const form = new URLSearchParams(await text(request));
    const grant = grants.get(form.get("code") ?? "");
    grants.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const basic = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64").toString();
    const right =
      grant?.challenge === challenge &&
      grant.redirectUri === form.get("redirect_uri") &&
      decodeURIComponent(basic) === `${provider.clientId}:${provider.clientSecret}`;
    if (!grant || !right) return send(response, 400, { error: "invalid_grant" });
    send(response, 200, { access_token: "x", token_type: "Bearer", expires_in: 60, id_token: idToken(grant.nonce) });
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname.endsWith("/.well-known/openid-configuration") && provider.discovery) {
      provider.discovery(response);
    } else if (url.pathname === "/.well-known/openid-configuration") {
      send(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        code_challenge_methods_supported: ["S256"],
      });
    } else if (url.pathname === "/authorize") authorize(url.searchParams, response);
    else if (url.pathname === "/token") void token(request, response);
    else
      send(response, 200, {
        keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }],
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: TestProvider = {
    issuer,
    clientId: "ai-desktop",
    clientSecret: "provider-secret",
    claims: {},
    tamper: {},
    wrongKey: false,
    discovery: null,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
