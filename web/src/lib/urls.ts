import { serverUrl } from "../../../shared/client/watch/server-url.ts";

/** A setting of the web server, which writes it into the page. */
const configured = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined;

/** Path the app is reached under, without a slash at its end; empty at the root. */
export const basePath = (): string => configured("base-path") ?? "";

/** Address of one of the two servers: the configured one, else that of the page, or of its host on the server's port. */
const addressOf = (server: "api" | "ws", port: number): string =>
  serverUrl(window.location, configured(`${server}-url`), Number(configured(`${server}-port`) ?? port), basePath());

export const apiUrl = (): string => addressOf("api", 3006);
export const wsUrl = (): string => addressOf("ws", 3007);
