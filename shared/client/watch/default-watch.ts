import type { DeploymentsWatch } from "./deployments.ts";
import type { FilesWatch } from "./files.ts";
import type { McpWatch } from "./mcp.ts";
import { type PageLocation, serverUrl } from "./server-url.ts";
import type { ServicesWatch } from "./services.ts";
import type { SystemWatch } from "./system.ts";
import { createWatch, type Watch, type WatchOptions } from "./watch.ts";

const REALTIME_PORT = 3007;

interface Surroundings {
  process?: { env?: Record<string, string | undefined> };
  location?: PageLocation;
}

/** `WS_SERVER_URL` and `AI_DESKTOP_API_KEY` of a program; in a page, the page's own panel and session. */
export function defaultOptions({ process, location }: Surroundings): WatchOptions {
  const url = process?.env?.WS_SERVER_URL || undefined;
  const token = process?.env?.AI_DESKTOP_API_KEY || undefined;
  if (url || !location) return { url: url ?? `http://localhost:${REALTIME_PORT}`, token };
  return { url: serverUrl(location, undefined, REALTIME_PORT), token };
}

const watch = createWatch(() => defaultOptions(globalThis as Surroundings));

export const servicesWS: ServicesWatch = watch.servicesWS;
export const deploymentsWS: DeploymentsWatch = watch.deploymentsWS;
export const systemWS: SystemWatch = watch.systemWS;
export const mcpWS: McpWatch = watch.mcpWS;
export const filesWS: FilesWatch = watch.filesWS;
/** Ends every subscription and listener of a namespace at once, so that a program can end; a later call connects again. */
export const closeWatch = (): void => watch.close();
/** Adds a listener for failed and refused connects: each error once for a namespace, until a connect succeeds. */
export const onWatchError: Watch["onError"] = watch.onError;
