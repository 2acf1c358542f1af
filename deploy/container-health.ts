import process from "node:process";
import { localServiceUrl, loopbackAddress } from "../shared/server/loopback.ts";

/** Health check of the image: exits with 0 if the service of this container responds. */
const { AI_DESKTOP_SERVICE, HOST, PORT, WEB_PORT, API_PORT, WS_PORT } = process.env;
const urlOf = (port: number | string) => localServiceUrl(HOST || loopbackAddress(), port);
const urls: Record<string, string> = {
  web: `${urlOf(PORT || WEB_PORT || 3005)}/`,
  api: `${urlOf(PORT || API_PORT || 3006)}/health`,
  realtime: `${urlOf(WS_PORT || 3007)}/health`,
};
try {
  const answer = await fetch(urls[AI_DESKTOP_SERVICE ?? ""] ?? "", { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
