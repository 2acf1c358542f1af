/** Ports of a page that is reached through a proxy: everything is on its own origin then. */
const PROXIED_PORTS = new Set(["", "80", "443"]);

interface PageLocation {
  protocol: string;
  hostname: string;
  port: string;
  origin: string;
}

/**
 * Base address of a server: the configured one, or the origin of the page behind a proxy, or its default port.
 * A page under a path is behind a proxy, whatever its port, and so are the servers.
 */
export function serverUrl(page: PageLocation, configured: string | undefined, port: number, basePath = ""): string {
  if (configured) return configured.replace(/\/+$/, "");
  if (PROXIED_PORTS.has(page.port) || basePath) return `${page.origin}${basePath}`;
  return `${page.protocol}//${page.hostname}:${port}`;
}

/** A setting of the web server, which writes it into the page. */
const configured = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined;

/** Path the app is reached under, without a slash at its end; empty at the root. */
export const basePath = (): string => configured("base-path") ?? "";
/** Address of a file that is part of the build, outside of what the bundler names. */
export const publicFile = (name: string): string => `${basePath()}/${name}`;

export const apiUrl = (): string => serverUrl(window.location, configured("api-url"), 3006, basePath());
export const wsUrl = (): string => serverUrl(window.location, configured("ws-url"), 3007, basePath());
