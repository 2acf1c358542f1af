import { APP_PATH } from "../shared/protocol/mcp-app-limits.ts";

/** Where the page may connect to besides its own origin. */
export interface ConnectTargets {
  apiUrl?: string | undefined;
  wsUrl?: string | undefined;
  /** Ports of the two servers on the host of the page, for one that no proxy hands on; default: 3006 and 3007. */
  apiPort?: number | undefined;
  wsPort?: number | undefined;
  /** Path that a proxy takes off, without a slash at its end; it hands on the other two servers as well. */
  basePath?: string | undefined;
}

const proxiedPorts = new Set(["", "80", "443"]);

/** The API and the realtime server as the page reaches them, for `connect-src`. `host` has been checked before. */
function connectSources(
  host: string,
  { apiUrl, wsUrl, apiPort = 3006, wsPort = 3007, basePath }: ConnectTargets,
): string[] {
  const { hostname, port } = new URL(`http://${host}`);
  const proxied = proxiedPorts.has(port) || Boolean(basePath);
  const sources = new Set<string>(["'self'"]);
  const add = (url: string) => {
    const { origin } = new URL(url);
    sources.add(origin);
    sources.add(origin.replace(/^http/, "ws"));
  };
  // Not every browser counts WebSockets as part of 'self'.
  if (proxied) for (const scheme of ["ws", "wss"]) sources.add(`${scheme}://${host}`);
  if (apiUrl) add(apiUrl);
  else if (!proxied) add(`http://${hostname}:${apiPort}`);
  if (wsUrl) add(wsUrl);
  else if (!proxied) add(`http://${hostname}:${wsPort}`);
  return [...sources];
}

/** The path of the API below which apps of MCP servers are, for `frame-src`: nothing else is framed. */
function frameSource(host: string, { apiUrl, apiPort = 3006, basePath }: ConnectTargets): string {
  const { hostname, port } = new URL(`http://${host}`);
  if (apiUrl) return `${apiUrl.replace(/\/+$/, "")}${APP_PATH}`;
  // Without a scheme it is that of the page.
  if (proxiedPorts.has(port) || basePath) return `${host}${basePath ?? ""}${APP_PATH}`;
  return `http://${hostname}:${apiPort}${APP_PATH}`;
}

/** Headers of every answer to a checked host. */
export function securityHeaders(host: string, targets: ConnectTargets, isHttps: boolean): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connectSources(host, targets).join(" ")}`,
    `frame-src ${frameSource(host, targets)}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    ...commonHeaders,
    ...(isHttps ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
  };
}

/** Headers of a file: a script, style, picture or font is no document, which most headers are about. */
export const fileHeaders: Record<string, string> = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export const commonHeaders: Record<string, string> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};
