/** Ports of a page that is reached through a proxy: everything is on its own origin then. */
const PROXIED_PORTS = new Set(["", "80", "443"]);

export interface PageLocation {
  protocol: string;
  hostname: string;
  port: string;
  origin: string;
}

/**
 * Base address of a server: what is configured, else the page's own origin behind a proxy, else the server's usual port.
 * A page under a path is behind a proxy, whatever its port, and so are the servers.
 */
export function serverUrl(page: PageLocation, configured: string | undefined, port: number, basePath = ""): string {
  if (configured) return configured.replace(/\/+$/, "");
  if (PROXIED_PORTS.has(page.port) || basePath) return `${page.origin}${basePath}`;
  return `${page.protocol}//${page.hostname}:${port}`;
}
