import type { ConnectTargets } from "./security-headers.ts";

const escapes: Record<string, string> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escapeAttribute = (text: string) => text.replace(/[&"<>]/g, (character) => escapes[character] ?? character);

/**
 * Writes the configured addresses into the page, where `src/lib/urls.ts` reads them: one build serves every host and path.
 * The build's own files are named from the root, since the page answers at addresses of every depth.
 */
export function addServerAddresses(html: string, { apiUrl, wsUrl, basePath = "" }: ConnectTargets): string {
  const tags = [
    ["api-url", apiUrl],
    ["ws-url", wsUrl],
    ["base-path", basePath],
  ].flatMap(([name, url]) => (url ? [`<meta name="${name}" content="${escapeAttribute(url)}">`] : []));
  // A function as replacement: `$` in an address means nothing.
  return html
    .replaceAll(/ (href|src)="\.\//g, (_found, name: string) => ` ${name}="${basePath}/`)
    .replace("</head>", () => `${tags.join("")}</head>`);
}
