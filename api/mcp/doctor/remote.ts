import { Buffer } from "node:buffer";
import { isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { AddressRules, PinnedAddress } from "../../outbound/address-rules.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { createPinnedFetch, type PinnedFetch } from "../../outbound/pinned-fetch.ts";
import { connectPinned } from "../../outbound/pinned-socket.ts";
import type { McpTransport } from "../store.ts";
import { messages as texts } from "./messages.ts";
import type { Diagnosis, Finding } from "./steps.ts";

const CONNECT_MS = 10_000;
const RESPONSE_MS = 15_000;
/** Bytes that are read of a document about authorization. */
const MAX_METADATA = 64 * 1024;
const SOON_DAYS = 14;

type HttpTransport = Extract<McpTransport, { type: "http" }>;

const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "ai-desktop", version: "1" } },
});

/**
 * Looks at each step of the way to a server at an address. Requests go only to the registered host. Returns whether a
 * handshake can be tried.
 */
export async function diagnoseRemote(
  { url: registered, headers }: HttpTransport,
  { steps, rules, signal }: { steps: Diagnosis; rules: AddressRules; signal: AbortSignal },
): Promise<boolean> {
  let pinned: PinnedAddress | undefined;
  const allowed = await steps.run("allowed", () => {
    rules.check(registered);
    return { outcome: "ok", message: texts.allowed };
  });
  const resolved =
    allowed &&
    (await steps.run("dns", async () => {
      pinned = await rules.pin(registered);
      const { addresses } = pinned;
      return { outcome: "ok", message: texts.addresses(addresses.length, addresses.slice(0, 8).join(", ")) };
    }));
  if (!resolved || !pinned) {
    addFix(steps, allowed ? texts.dnsFix : texts.allowFix);
    steps.skip(...(allowed ? [] : (["dns"] as const)), "tcp", "tls", "http", "discovery", "auth");
    return false;
  }
  const { url, addresses } = pinned;
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  let socket: Socket | undefined;
  try {
    const connected = await steps.run("tcp", async () => {
      try {
        socket = await connectPinned(addresses, port, AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]));
      } catch (error) {
        if (signal.aborted) throw error;
        const message = connectionFailure(error, "The server") ?? "The server did not respond in time.";
        return { outcome: "failed", message, fix: texts.tcpFix };
      }
      socket.on("error", () => {}); // it is closed below, or its TLS reports the error
      return { outcome: "ok", message: texts.connected(port) };
    });
    if (!connected || !socket) {
      steps.skip("tls", "http", "discovery", "auth");
      return false;
    }
    const secure = await steps.run("tls", () =>
      url.protocol === "https:" && socket
        ? lookAtTls(socket, url.hostname.replace(/^\[|\]$/g, ""), signal)
        : { outcome: "warning", message: texts.noTls, fix: texts.noTlsFix },
    );
    if (!secure) {
      steps.skip("http", "discovery", "auth");
      return false;
    }
  } finally {
    socket?.destroy();
  }
  const fetch = createPinnedFetch(pinned);
  try {
    return await lookAtHttp(fetch, url, headers, { steps, signal });
  } finally {
    fetch.close();
  }
}

/** Adds what to do to the last step. */
function addFix({ steps }: Diagnosis, fix: string): void {
  const last = steps.at(-1);
  if (last && last.outcome === "failed") last.fix ??= fix;
}

function lookAtTls(socket: Socket, name: string, signal: AbortSignal): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const secure = tls.connect({ socket, ...(isIP(name) === 0 ? { servername: name } : { host: name }) });
    const limit = setTimeout(() => secure.destroy(new Error("timeout")), CONNECT_MS);
    const abort = () => secure.destroy(new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    const end = (finding: Finding) => {
      clearTimeout(limit);
      signal.removeEventListener("abort", abort);
      secure.destroy();
      resolve(finding);
    };
    secure.once("secureConnect", () => {
      const until = new Date(secure.getPeerCertificate().valid_to);
      const days = Math.floor((until.getTime() - Date.now()) / 86_400_000);
      const message = texts.tls(secure.getProtocol() ?? "TLS", until.toISOString().slice(0, 10));
      if (days >= SOON_DAYS) end({ outcome: "ok", message });
      else end({ outcome: "warning", message: texts.tlsEnds(days), fix: texts.tlsEndsFix });
    });
    secure.once("error", (error: Error & { code?: string }) => {
      if (signal.aborted) return reject(error);
      end({ outcome: "failed", message: texts.tlsFailed(error.code ?? error.message), fix: texts.tlsFix });
    });
  });
}

async function lookAtHttp(
  { fetch }: PinnedFetch,
  url: URL,
  given: Record<string, string>,
  { steps, signal }: { steps: Diagnosis; signal: AbortSignal },
): Promise<boolean> {
  const limit = () => AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_MS)]);
  let status = 0;
  let challenge = "";
  const answered = await steps.run("http", async () => {
    const headers = { ...given, accept: "application/json, text/event-stream", "content-type": "application/json" };
    let response: Response;
    try {
      response = await fetch(url, { method: "POST", headers, body: initialize, signal: limit() });
    } catch (error) {
      if (signal.aborted) throw error;
      return {
        outcome: "failed",
        message: connectionFailure(error, "The server") ?? "The server did not respond in time.",
        fix: texts.serverErrorFix,
      };
    }
    status = response.status;
    challenge = response.headers.get("www-authenticate") ?? "";
    await response.body?.cancel().catch(() => {});
    const session = response.headers.get("mcp-session-id");
    if (session !== null) {
      const ending = { ...given, "mcp-session-id": session };
      const ended = await fetch(url, { method: "DELETE", headers: ending, signal: limit() }).catch(() => undefined);
      await ended?.body?.cancel().catch(() => {});
    }
    if (status === 405 || status === 404 || status === 400) {
      if (await speaksOldSse(fetch, url, given, limit())) {
        return { outcome: "failed", message: texts.oldSse, fix: texts.oldSseFix };
      }
    }
    return findingOf(response, url);
  });
  if (!answered) {
    steps.skip("discovery", "auth");
    return false;
  }
  const refused = status === 401 || status === 403;
  await steps.run("discovery", async () => {
    if (!refused) return { outcome: "ok", message: texts.noDiscovery };
    const servers = await authorizationServers(fetch, url, challenge, limit());
    return servers.length > 0
      ? { outcome: "ok", message: texts.discovered(servers.join(", ")) }
      : { outcome: "warning", message: texts.notDiscovered, fix: texts.notDiscoveredFix };
  });
  return steps.run("auth", () => {
    if (!refused) return { outcome: "ok", message: texts.authorized };
    const hasToken = Object.keys(given).some((name) => name.toLowerCase() === "authorization");
    return hasToken
      ? { outcome: "failed", message: texts.refused(status), fix: texts.tokenFix }
      : { outcome: "failed", message: texts.noToken, fix: texts.noTokenFix };
  });
}

function findingOf({ status, headers }: Response, url: URL): Finding {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  const message = texts.answered(status, toSingleLine(type, 60));
  if (status >= 300 && status < 400) {
    const location = headers.get("location") ?? "";
    const to = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const place = to ? toSingleLine(`${to.origin}${to.pathname}`, 300) : "";
    const followed = (status === 307 || status === 308) && to?.origin === url.origin;
    if (followed) return { outcome: "warning", message: texts.redirect(status, place), fix: texts.redirectFix(place) };
    return {
      outcome: "failed",
      message: texts.redirect(status, place),
      fix: place ? texts.redirectFix(place) : undefined,
    };
  }
  if (status === 401 || status === 403) return { outcome: "warning", message };
  if (status === 404 || status === 405) {
    return { outcome: "failed", message: texts.nothingHere, fix: texts.nothingHereFix };
  }
  if (status >= 500) return { outcome: "failed", message: texts.serverError(status), fix: texts.serverErrorFix };
  if (type === "text/html") return { outcome: "failed", message: texts.webPage, fix: texts.nothingHereFix };
  return { outcome: status < 300 ? "ok" : "warning", message };
}

/** The old transport answers a GET with a stream whose first event names an address for messages. */
async function speaksOldSse(
  fetch: PinnedFetch["fetch"],
  url: URL,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await fetch(url, { headers: { ...given, accept: "text/event-stream" }, signal });
    const reader = response.body?.getReader();
    const isStream = response.ok && response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!isStream || !reader) {
      await response.body?.cancel();
      return false;
    }
    const first = await reader.read();
    await reader.cancel().catch(() => {});
    return /^event:\s*endpoint/m.test(Buffer.from(first.value ?? []).toString("utf8"));
  } catch {
    return false; // it only names the fault better
  }
}

/** Where a server says that its users log in (RFC 9728): the address of its challenge on this host, or the usual ones. */
async function authorizationServers(
  fetch: PinnedFetch["fetch"],
  url: URL,
  challenge: string,
  signal: AbortSignal,
): Promise<string[]> {
  const named = /resource_metadata="([^"]{1,2000})"/.exec(challenge)?.[1];
  const path = url.pathname === "/" ? "" : url.pathname;
  const usual = [`/.well-known/oauth-protected-resource${path}`, "/.well-known/oauth-protected-resource"];
  const places = [...(named === undefined ? [] : [named]), ...usual]
    .filter((place) => URL.canParse(place, url.origin))
    .map((place) => new URL(place, url.origin))
    .filter(({ origin }) => origin === url.origin);
  for (const place of places) {
    try {
      const response = await fetch(place, { headers: { accept: "application/json" }, signal });
      const text = await readStart(response);
      const { authorization_servers: servers } = JSON.parse(text || "{}") as { authorization_servers?: unknown };
      if (Array.isArray(servers)) {
        return servers
          .filter((one) => typeof one === "string")
          .slice(0, 5)
          .map((one) => toSingleLine(one, 200));
      }
    } catch {
      if (signal.aborted) return [];
    }
  }
  return [];
}

async function readStart(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  while (reader && bytes < MAX_METADATA) {
    const { value } = await reader.read();
    if (!value) break;
    parts.push(value);
    bytes += value.byteLength;
  }
  await reader?.cancel().catch(() => {});
  return Buffer.concat(parts).toString("utf8");
}
