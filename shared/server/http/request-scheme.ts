import type { OriginPolicy } from "./origin-policy.ts";
import type { PeerRequest, Peers } from "./peer-address.ts";

export interface SchemeDeps {
  originPolicy: OriginPolicy;
  peers: Peers;
}

/** Whether the browser uses https, by its own headers, those of a listed proxy, or the operator's list of origins. */
export function cameByHttps(request: PeerRequest, { originPolicy, peers }: SchemeDeps): boolean {
  const { origin, host = "" } = request.headers;
  if (origin && originPolicy.allowsOrigin(origin)) return origin.startsWith("https:");
  const said = peers.isTrusted(request) ? request.headers["x-forwarded-proto"] : undefined;
  const forwarded = (Array.isArray(said) ? said.join(",") : said)?.split(",").at(-1)?.trim();
  if (forwarded) return forwarded === "https";
  const schemes = originPolicy.origins
    .map((listed) => new URL(listed))
    .filter((listed) => listed.host === host.toLowerCase());
  return schemes.length > 0 && schemes.every(({ protocol }) => protocol === "https:");
}
