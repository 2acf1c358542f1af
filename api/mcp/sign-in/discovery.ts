import type { FetchLike } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { scopeList } from "../../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { bearerParameters } from "./bearer-challenge.ts";
import { refused, type Sdk, shown, toFailure, unavailable } from "./failure.ts";
import { messages, requests } from "./messages.ts";
import type { ServerMetadata } from "./store.ts";

/** What a server said with 401 or 403: where its metadata is, and which rights it wants. */
export interface Challenge {
  resourceMetadataUrl?: URL | undefined;
  scope?: string | undefined;
  error?: string | undefined;
}

/** A server as its own metadata describes it. */
export interface ProtectedResource {
  /** The resource that tokens are asked for. */
  resource: string;
  /** Issuers of its authorization servers; at least one. */
  servers: readonly string[];
  scope: string | undefined;
  /** The server does not say where to sign in: its own address is tried. */
  guessed?: true;
}

const MAX_SERVERS = 10;
/** Longest address that a browser is sent to, or that is shown, in characters. */
const MAX_ADDRESS = 2_048;

/** The challenge of a response, without what is not valid. */
export function challengeOf({ headers }: Response): Challenge {
  const { resource_metadata: address, scope, error } = bearerParameters(headers.get("www-authenticate"));
  const isAddress = address !== undefined && URL.canParse(address);
  return { resourceMetadataUrl: isAddress ? new URL(address) : undefined, scope: validScope(scope), error };
}

export const validScope = (scope: unknown): string | undefined => {
  const checked = scopeList.safeParse(scope);
  return checked.success && checked.data !== "" ? checked.data : undefined;
};

/**
 * Finds out where a server wants its users to sign in (RFC 9728). A server without such metadata is its own authorization
 * server, as in the revision before.
 *
 * @throws AppError
 */
export async function findResource(
  sdk: Sdk,
  serverUrl: URL,
  challenge: Challenge,
  fetch: FetchLike,
): Promise<ProtectedResource> {
  const own = new URL(serverUrl);
  own.hash = "";
  let status = 0;
  // At an address that the server names itself, a page is no answer; at a guessed one it says that nothing is there.
  const ask = challenge.resourceMetadataUrl ? fetch : withoutPages(fetch);
  const watched: FetchLike = async (target, init) => {
    status = 0;
    const response = await ask(target, init);
    ({ status } = response);
    return response;
  };
  let metadata: Awaited<ReturnType<Sdk["discoverOAuthProtectedResourceMetadata"]>>;
  try {
    metadata = await sdk.discoverOAuthProtectedResourceMetadata(
      own,
      { resourceMetadataUrl: challenge.resourceMetadataUrl },
      watched,
    );
  } catch (error) {
    const missing = nothingThere.has(status);
    if (missing && !challenge.resourceMetadataUrl) {
      return { resource: own.href, servers: [own.origin], scope: challenge.scope, guessed: true };
    }
    if (error instanceof AppError) throw new AppError(error.code, messages.noMetadata(error.message));
    const why = missing ? messages.notFound : messages.oddMetadata(status);
    throw unavailable(messages.noMetadata(why));
  }
  const { resource, authorization_servers: servers = [], scopes_supported: scopes } = metadata;
  if (!isPartOf(own, new URL(resource))) {
    const other = new URL(resource);
    const isOtherScheme =
      other.host === own.host && isPartOf(own, new URL(own.protocol + resource.slice(other.protocol.length)));
    throw refused((isOtherScheme ? messages.otherScheme : messages.otherResource)(shown(resource)));
  }
  if (servers.length === 0) throw unavailable(messages.noServers);
  return { resource, servers: servers.slice(0, MAX_SERVERS), scope: challenge.scope ?? validScope(scopes?.join(" ")) };
}

/** Nothing is there, or nothing for strangers: proxies and networks in front of a server answer so for what they do not know. */
const nothingThere: ReadonlySet<number> = new Set([401, 403, 404, 405, 410]);

/** The same `fetch`, for which a web page is nothing: a site whose app responds at every address has no metadata there. */
const withoutPages =
  (fetch: FetchLike): FetchLike =>
  async (target, init) => {
    const response = await fetch(target, init);
    if (!response.ok || !/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) return response;
    await response.body?.cancel();
    return new Response(null, { status: 404 });
  };

/** Whether an address is the resource, or below it. */
function isPartOf(address: URL, resource: URL): boolean {
  const folder = (path: string) => (path.endsWith("/") ? path : `${path}/`);
  return address.origin === resource.origin && folder(address.pathname).startsWith(folder(resource.pathname));
}

/**
 * Reads the metadata of an authorization server (RFC 8414, OpenID discovery), and checks that it can be used. Its issuer
 * must be the one that was asked for.
 *
 * @param check Refuses an address that must not be used: also the one that only the browser opens.
 * @throws AppError
 */
export async function findAuthorizationServer(
  sdk: Sdk,
  issuer: string,
  fetch: FetchLike,
  check: (address: string) => Promise<void>,
): Promise<ServerMetadata> {
  const place = toSingleLine(issuer, 200);
  let found: Awaited<ReturnType<Sdk["discoverAuthorizationServerMetadata"]>>;
  try {
    found = await sdk.discoverAuthorizationServerMetadata(issuer, { fetchFn: withoutPages(fetch) });
  } catch (error) {
    if (error instanceof AppError || error instanceof sdk.IssuerMismatchError) {
      throw toFailure(sdk, error, requests.metadata);
    }
    throw unavailable(messages.invalidMetadata(place));
  }
  if (!found) throw unavailable(messages.noServerMetadata(place));
  const metadata: ServerMetadata = {
    issuer: found.issuer,
    authorization_endpoint: found.authorization_endpoint,
    token_endpoint: found.token_endpoint,
    registration_endpoint: found.registration_endpoint,
    revocation_endpoint: "revocation_endpoint" in found ? textOf(found.revocation_endpoint) : undefined,
    response_types_supported: found.response_types_supported,
    scopes_supported: found.scopes_supported,
    code_challenge_methods_supported: found.code_challenge_methods_supported,
    token_endpoint_auth_methods_supported: found.token_endpoint_auth_methods_supported,
    authorization_response_iss_parameter_supported: found.authorization_response_iss_parameter_supported,
  };
  const long = [metadata.issuer, metadata.authorization_endpoint].some((address) => address.length > MAX_ADDRESS);
  if (long) throw unavailable(messages.invalidMetadata(place));
  if (!metadata.response_types_supported.includes("code")) throw unavailable(messages.noCode(place));
  if (!metadata.code_challenge_methods_supported?.includes("S256")) throw unavailable(messages.noPkce(place));
  for (const address of [metadata.authorization_endpoint, metadata.token_endpoint]) await check(address);
  return metadata;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
