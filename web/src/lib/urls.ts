import { serverUrl } from "../../../shared/client/watch/server-url.ts";

/** A setting of the web server, which writes it into the page. */
const configured = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined;

/** Path the app is reached under, without a slash at its end; empty at the root. */
export const basePath = (): string => configured("base-path") ?? "";

export const apiUrl = (): string => serverUrl(window.location, configured("api-url"), 3006, basePath());
export const wsUrl = (): string => serverUrl(window.location, configured("ws-url"), 3007, basePath());
