import type { ConnectTargets } from "./security-headers.ts";

const escapes: Record<string, string> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escapeAttribute = (text: string) => text.replace(/[&"<>]/g, (character) => escapes[character] ?? character);
const unescapeAttribute = (text: string) =>
  Object.entries(escapes).reduceRight((plain, [character, entity]) => plain.replaceAll(entity, character), text);

const metaNames = {
  apiUrl: "api-url",
  wsUrl: "ws-url",
  apiPort: "api-port",
  wsPort: "ws-port",
  basePath: "base-path",
} as const;
type MetaName = (typeof metaNames)[keyof typeof metaNames];

const metaTag = (name: MetaName) => new RegExp(`<meta name="${name}" content="([^"]*)">`);

/**
 * Writes the configured addresses into the page, where `src/lib/urls.ts` reads them: one build serves every host and path.
 * An address that the page holds already, from the build, is replaced.
 */
export function writeServerAddresses(html: string, targets: ConnectTargets): string {
  let page = html;
  for (const [field, name] of Object.entries(metaNames) as [keyof ConnectTargets, MetaName][]) {
    const address = targets[field];
    if (!address) continue;
    const tag = `<meta name="${name}" content="${escapeAttribute(String(address))}">`;
    page = page.replace(metaTag(name), "").replace("</head>", () => `${tag}</head>`);
  }
  return page;
}

/** The addresses a page was built with; those it does not hold are absent. */
export function readServerAddresses(html: string): ConnectTargets {
  const addressOf = (name: MetaName) => {
    const content = metaTag(name).exec(html)?.[1];
    return content === undefined ? undefined : unescapeAttribute(content);
  };
  return { apiUrl: addressOf(metaNames.apiUrl), wsUrl: addressOf(metaNames.wsUrl) };
}

/** The page as it is served. The build's own files are named from the root, since it answers at addresses of every depth. */
export function toServedPage(html: string, targets: ConnectTargets): string {
  const rooted = html.replaceAll(
    / (href|src)="\.\//g,
    (_found, name: string) => ` ${name}="${targets.basePath ?? ""}/`,
  );
  return writeServerAddresses(rooted, targets);
}

/**
 * `VITE_API_URL` and `VITE_WS_URL` as the build was given them.
 * @throws Error when one is no http or https address: the page would never reach a server.
 */
export function buildAddresses(env: Readonly<Record<string, unknown>>): ConnectTargets {
  const read = (name: string): string | undefined => {
    const value = env[name];
    if (typeof value !== "string" || value === "") return undefined;
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      throw new Error(`${name} must be an address such as https://api.example.com.`);
    }
    return value;
  };
  return { apiUrl: read("VITE_API_URL"), wsUrl: read("VITE_WS_URL") };
}
