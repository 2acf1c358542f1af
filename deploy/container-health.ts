import process from "node:process";

/** Exit 0 when the service of this container answers: the image's health check. */
const { AI_DESKTOP_SERVICE, PORT, WS_PORT } = process.env;
const urls: Record<string, string> = {
  web: `http://127.0.0.1:${PORT ?? 3005}/`,
  api: `http://127.0.0.1:${PORT ?? 3006}/health`,
  realtime: `http://127.0.0.1:${WS_PORT ?? 3007}/health`,
};
try {
  const answer = await fetch(urls[AI_DESKTOP_SERVICE ?? ""] ?? "", { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
