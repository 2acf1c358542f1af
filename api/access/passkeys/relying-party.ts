import { isIP } from "node:net";
import { messages } from "../messages.ts";

/** The site that passkeys belong to. Browsers bind each passkey to the host name of the page that created it. */
export interface RelyingParty {
  /** Host name. */
  id: string;
  /** Origins of the pages that may use them. */
  origins: string[];
  /** Why passkeys are unavailable, in a sentence that names what to set; undefined when they are available. */
  problem: string | undefined;
}

/**
 * The relying party of an installation: the first of the operator's origins at which browsers allow passkeys.
 * @param candidates origins in order of preference; one at least.
 * @param origins all origins whose pages may talk to this server.
 */
export function toRelyingParty(candidates: readonly string[], origins: readonly string[]): RelyingParty {
  const chosen = candidates.find((origin) => problemOf(origin) === undefined) ?? candidates[0] ?? "";
  const id = new URL(chosen).hostname;
  const sameHost = [chosen, ...origins].filter(
    (origin) => new URL(origin).hostname === id && problemOf(origin) === undefined,
  );
  return { id, origins: [...new Set(sameHost)], problem: problemOf(chosen) };
}

function problemOf(origin: string): string | undefined {
  const { hostname, protocol } = new URL(origin);
  if (isIP(hostname.replace(/^\[(.*)\]$/, "$1")) !== 0) {
    return messages.passkeysNeedName(origin);
  }
  const local = hostname === "localhost" || hostname.endsWith(".localhost");
  if (protocol !== "https:" && !local) {
    return messages.passkeysNeedHttps(origin);
  }
  return undefined;
}
