import type { McpAppDomains } from "../../../shared/protocol/mcp-app.ts";
import { isObject } from "../json.ts";

const lists = ["connectDomains", "resourceDomains", "frameDomains", "baseUriDomains"] as const;

/** Addresses of one list, and characters of one. */
const MAX_DOMAINS = 30;
const MAX_LENGTH = 255;
/** Schemes without an address: their content comes from the app itself. */
const inline: Partial<Record<(typeof lists)[number], readonly string[]>> = {
  connectDomains: ["blob:", "data:"],
  resourceDomains: ["blob:", "data:"],
};
/** Names that lead to the machine or the network of the person who looks at the app. */
const localName = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa|test|invalid|onion)$/;

/** What is shown for an entry that is no text. */
const NO_ADDRESS = "(no address)";

export interface AppPolicy {
  /** Value of `Content-Security-Policy`. */
  header: string;
  domains: McpAppDomains;
  refused: string[];
}

/**
 * The content policy of an app, from the addresses that its server declares. Allowed are `https:` and `wss:` with a public
 * name; a wildcard stands for the first label, before two more. Refused are IP addresses, local names, the panel itself
 * and everything else, so that a policy has no word that the server chose.
 *
 * @param csp `_meta.ui.csp` as the server sent it
 * @param ownHosts host names of the panel
 * @param embedder origin of the page that may frame the app; undefined: no page
 */
export function toAppPolicy(csp: unknown, ownHosts: readonly string[], embedder: string | undefined): AppPolicy {
  const given = isObject(csp) ? csp : {};
  const refused = new Set<string>();
  const domains: McpAppDomains = { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] };
  for (const list of lists) {
    const declared = Array.isArray(given[list]) ? given[list] : [];
    for (const value of declared.slice(0, MAX_DOMAINS)) {
      const isInline = typeof value === "string" && inline[list]?.includes(value);
      const source = isInline ? value : toSource(value, list, ownHosts);
      if (source === undefined) refused.add(typeof value === "string" ? value.slice(0, MAX_LENGTH) : NO_ADDRESS);
      else if (!domains[list].includes(source)) domains[list].push(source);
    }
    if (declared.length > MAX_DOMAINS) refused.add(`${declared.length - MAX_DOMAINS} more of ${list}`);
  }
  const { connectDomains, resourceDomains, frameDomains, baseUriDomains } = domains;
  // Never 'self': in a sandboxed response that is the API.
  const sources = (...values: string[]) => (values.length === 0 ? "'none'" : values.join(" "));
  const header = [
    "sandbox allow-scripts allow-forms",
    "default-src 'none'",
    `script-src 'unsafe-inline' ${resourceDomains.join(" ")}`.trim(),
    `style-src 'unsafe-inline' ${resourceDomains.join(" ")}`.trim(),
    `img-src ${sources(...new Set(["data:", "blob:", ...resourceDomains]))}`,
    `font-src ${sources(...new Set(["data:", ...resourceDomains]))}`,
    `media-src ${sources(...new Set(["data:", "blob:", ...resourceDomains]))}`,
    `connect-src ${sources(...connectDomains)}`,
    `frame-src ${sources(...frameDomains)}`,
    `base-uri ${sources(...baseUriDomains)}`,
    "object-src 'none'",
    "worker-src 'none'",
    // With allow-forms a form reaches the script of the app; it is sent nowhere.
    "form-action 'none'",
    `frame-ancestors ${embedder ?? "'none'"}`,
  ].join("; ");
  return { header, domains, refused: [...refused] };
}

/** A source of a content policy; undefined for an address that is not allowed. */
function toSource(value: unknown, list: (typeof lists)[number], ownHosts: readonly string[]): string | undefined {
  if (typeof value !== "string" || value.length > MAX_LENGTH) return undefined;
  const match = /^(https|wss):\/\/((?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+)(:\d{1,5})?\/?$/i.exec(value);
  if (!match) return undefined;
  const scheme = match[1]?.toLowerCase() ?? "";
  const host = match[2]?.toLowerCase() ?? "";
  const wildcard = host.startsWith("*.");
  const name = wildcard ? host.slice(2) : host;
  if (scheme === "wss" && list !== "connectDomains") return undefined;
  // A name whose last label is a number is an address; the last label of a domain begins with a letter.
  if (!/\.[a-z][a-z0-9-]*$/.test(name) || localName.test(name)) return undefined;
  const own = ownHosts.some((one) => one === name || (wildcard && one.endsWith(`.${name}`)));
  if (own) return undefined;
  const source = `${scheme}://${host}${match[3] ?? ""}`;
  return wildcard && list === "baseUriDomains" ? undefined : source;
}
