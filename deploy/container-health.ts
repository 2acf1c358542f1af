import process from "node:process";
import { localServiceUrl, loopbackAddress } from "../shared/server/loopback.ts";

/** Health check of the image: exits with 0 if the service of this container responds. */
const { AI_DESKTOP_SERVICE, HOST } = process.env;
/** The first of these variables with a number: what Docker and Kubernetes set for a service named `api` is none. */
const portOf = (...names: string[]) =>
  names.map((name) => process.env[name]).find((value) => /^\d+$/.test(value ?? ""));
const urlOf = (port: number | string) => localServiceUrl(HOST || loopbackAddress(), port);
const urls: Record<string, string> = {
  web: `${urlOf(portOf("PORT", "WEB_PORT") ?? 3005)}/`,
  api: `${urlOf(portOf("PORT", "API_PORT") ?? 3006)}/health`,
  realtime: `${urlOf(portOf("WS_PORT") ?? 3007)}/health`,
};
try {
  const answer = await fetch(urls[AI_DESKTOP_SERVICE ?? ""] ?? "", { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
