import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type McpTestServer, startMcpServer } from "./mcp-server.ts";

type Responder = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

export interface TestAuthorizationServer {
  issuer: string;
  /** Added to its metadata; undefined leaves a field out. */
  metadata: Record<string, unknown>;
  /** Responses that replace those of a path. */
  instead: Record<string, Responder>;
  /** What came to the token endpoint, oldest first. */
  tokenRequests: URLSearchParams[];
  /** Paths that were asked for, oldest first. */
  seen: string[];
  registrations: Record<string, unknown>[];
  /** Access tokens that a server accepts. */
  valid: Set<string>;
  /** Tokens that were revoked by their owner. */
  revoked: string[];
  /** Seconds of the next access tokens; null leaves it out. */
  expiresIn: number | null;
  /** Without tokens that renew others. */
  withoutRefresh: boolean;
  /** Client that somebody registered by hand. */
  client: { id: string; secret: string };
  /** Parameters of the next return that replace the usual ones; undefined leaves one out. */
  returns: Record<string, string | undefined>;
  close(): Promise<void>;
}

interface Grant {
  clientId: string;
  redirectUri: string;
  challenge: string;
  resource: string | null;
}

const json = (response: ServerResponse, status: number, value: unknown) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

/**
 * A small real authorization server that consents at once: metadata, registration, authorization code with PKCE, rotation of
 * the tokens that renew others (a second use ends all), revocation.
 */
export async function startAuthorizationServer(): Promise<TestAuthorizationServer> {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, string>();
  const clients = new Map<string, { secret?: string; redirects: string[] | null }>();

  const issue = (clientId: string) => {
    const access = `access-${randomUUID()}`;
    const refresh = `refresh-${randomUUID()}`;
    provider.valid.add(access);
    if (!provider.withoutRefresh) refreshTokens.set(refresh, clientId);
    return {
      access_token: access,
      token_type: "bearer",
      scope: "tools",
      ...(provider.expiresIn === null ? {} : { expires_in: provider.expiresIn }),
      refresh_token: provider.withoutRefresh ? null : refresh,
    };
  };
  /** The client of a request to the token endpoint; undefined when it does not prove itself. */
  const clientOf = (request: IncomingMessage, form: URLSearchParams): string | undefined => {
    const basic = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64").toString();
    const [id, secret] = basic === "" ? [form.get("client_id"), form.get("client_secret")] : basic.split(":");
    const client = clients.get(decodeURIComponent(id ?? ""));
    return client && (client.secret === undefined || client.secret === secret) ? (id ?? undefined) : undefined;
  };
  const routes: Record<string, Responder> = {
    "/.well-known/oauth-authorization-server": (_request, response) =>
      json(response, 200, {
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/authorize`,
        token_endpoint: `${provider.issuer}/token`,
        registration_endpoint: `${provider.issuer}/register`,
        revocation_endpoint: `${provider.issuer}/revoke`,
        response_types_supported: ["code"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: ["none", "client_secret_basic"],
        authorization_response_iss_parameter_supported: true,
        ...provider.metadata,
      }),
    "/register": (_request, response, body) => {
      const asked = JSON.parse(body) as { redirect_uris: string[] };
      provider.registrations.push(asked as unknown as Record<string, unknown>);
      const id = `client-${randomUUID()}`;
      clients.set(id, { redirects: asked.redirect_uris });
      json(response, 201, { client_id: id, client_secret: null, client_uri: null });
    },
    "/authorize": (request, response) => {
      const query = new URL(request.url ?? "", provider.issuer).searchParams;
      const [clientId, redirectUri] = [query.get("client_id") ?? "", query.get("redirect_uri") ?? ""];
      const client = clients.get(clientId);
      const known = client && (client.redirects === null || client.redirects.includes(redirectUri));
      if (!known || query.get("code_challenge_method") !== "S256")
        return json(response, 400, { error: "invalid_request" });
      const code = randomUUID();
      const challenge = query.get("code_challenge") ?? "";
      codes.set(code, { clientId, redirectUri, challenge, resource: query.get("resource") });
      const back = new URL(redirectUri);
      const parameters = { code, state: query.get("state") ?? "", iss: provider.issuer, ...provider.returns };
      for (const [name, value] of Object.entries(parameters))
        if (value !== undefined) back.searchParams.set(name, value);
      response.writeHead(302, { location: back.href }).end();
    },
    "/token": (request, response, body) => {
      const form = new URLSearchParams(body);
      provider.tokenRequests.push(form);
      const clientId = clientOf(request, form);
      if (clientId === undefined) return json(response, 401, { error: "invalid_client" });
      if (form.get("grant_type") === "refresh_token") {
        const used = form.get("refresh_token") ?? "";
        if (refreshTokens.get(used) !== clientId) {
          refreshTokens.clear();
          return json(response, 400, { error: "invalid_grant", error_description: "it was used before" });
        }
        refreshTokens.delete(used);
        return json(response, 200, issue(clientId));
      }
      const code = form.get("code") ?? "";
      const grant = codes.get(code);
      codes.delete(code);
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const right =
        grant?.clientId === clientId &&
        grant.challenge === challenge &&
        grant.redirectUri === form.get("redirect_uri") &&
        grant.resource === form.get("resource");
      if (!right) return json(response, 400, { error: "invalid_grant" });
      json(response, 200, issue(clientId));
    },
    "/revoke": (_request, response, body) => {
      const token = new URLSearchParams(body).get("token") ?? "";
      provider.revoked.push(token);
      response.writeHead(200).end();
    },
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://provider");
    provider.seen.push(pathname);
    const respond = provider.instead[pathname] ?? routes[pathname];
    if (respond) respond(request, response, await text(request));
    else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const provider: TestAuthorizationServer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metadata: {},
    instead: {},
    tokenRequests: [],
    seen: [],
    registrations: [],
    valid: new Set(),
    revoked: [],
    expiresIn: 3_600,
    withoutRefresh: false,
    client: { id: "by-hand", secret: "hand-secret-123" },
    returns: {},
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  clients.set(provider.client.id, { secret: provider.client.secret, redirects: null });
  return provider;
}

/** An MCP server that takes the access tokens of an authorization server, and says where to get one. */
export async function startProtectedServer(provider: TestAuthorizationServer): Promise<ProtectedServer> {
  const server = await startMcpServer();
  const guarded: ProtectedServer = Object.assign(server, {
    metadata: { resource: server.url, authorization_servers: [provider.issuer] } as Record<string, unknown>,
    challenge: `Bearer resource_metadata="http://127.0.0.1:${server.port}/.well-known/oauth-protected-resource/mcp", scope="tools"`,
    refusal: null as ProtectedServer["refusal"],
  });
  server.instead = (request, response, body) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (guarded.refusal?.(request, response, body)) return;
    if (provider.valid.has(token)) return server.handle(request, response, body);
    response.writeHead(401, { "www-authenticate": guarded.challenge }).end(`no ${token}`);
  };
  server.onGet = (request, response) => {
    if (request.url !== "/.well-known/oauth-protected-resource/mcp") return response.writeHead(405).end();
    json(response, 200, guarded.metadata);
  };
  return guarded;
}

export interface ProtectedServer extends McpTestServer {
  /** Its protected resource metadata. */
  metadata: Record<string, unknown>;
  challenge: string;
  /** Refuses a request before its token is checked: returns true then. */
  refusal: ((request: IncomingMessage, response: ServerResponse, body: string) => boolean) | null;
}
