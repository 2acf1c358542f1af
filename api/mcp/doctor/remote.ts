import { Buffer } from "node:buffer";
import { isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpSignIn } from "../../../shared/protocol/mcp-sign-in.ts";
import type { AddressRules, PinnedAddress } from "../../outbound/address-rules.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { createPinnedFetch, type PinnedFetch } from "../../outbound/pinned-fetch.ts";
import { connectPinned } from "../../outbound/pinned-socket.ts";
import { challengeOf } from "../sign-in/discovery.ts";
import { initializeMessage } from "../sign-in/probe.ts";
import type { McpTransport } from "../store.ts";
import { messages as texts } from "./messages.ts";
import { lookAtSignIn } from "./sign-in.ts";
import type { Diagnosis, Finding } from "./steps.ts";

const CONNECT_MS = 10_000;
const RESPONSE_MS = 15_000;
const SOON_DAYS = 14;

type HttpTransport = Extract<McpTransport, { type: "http" }>;

export interface RemoteDiagnosis {
  /** The sign-in of the panel at this server. */
  signIn: McpSignIn | null;
  steps: Diagnosis;
  rules: AddressRules;
  signal: AbortSignal;
}

/**
 * Looks at each step of the way to a server at an address. Requests go to the registered host, and to the authorization
 * servers it names, by the same rules. Returns whether a handshake can be tried.
 */
export async function diagnoseRemote(
  transport: HttpTransport,
  { signIn, steps, rules, signal }: RemoteDiagnosis,
): Promise<boolean> {
  const { url: registered } = transport;
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
    return await lookAtHttp(fetch, url, transport, { signIn, steps, rules, signal });
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
      // Nothing catches what a listener throws: a date that cannot be read is no reason to end the process.
      if (Number.isNaN(until.getTime())) return end({ outcome: "warning", message: texts.tlsDate });
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
  transport: HttpTransport,
  { signIn, steps, rules, signal }: RemoteDiagnosis,
): Promise<boolean> {
  const { headers: given, protocol } = transport;
  const limit = () => AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_MS)]);
  let status = 0;
  let refusal = new Response();
  const answered = await steps.run("http", async () => {
    const headers = { ...given, accept: "application/json, text/event-stream", "content-type": "application/json" };
    let response: Response;
    try {
      response = await fetch(url, { method: "POST", headers, body: initializeMessage, signal: limit() });
    } catch (error) {
      if (signal.aborted) throw error;
      return {
        outcome: "failed",
        message: connectionFailure(error, "The server") ?? "The server did not respond in time.",
        fix: texts.serverErrorFix,
      };
    }
    status = response.status;
    refusal = response;
    await response.body?.cancel().catch(() => {});
    const session = response.headers.get("mcp-session-id");
    if (session !== null) {
      const ending = { ...given, "mcp-session-id": session };
      const ended = await fetch(url, { method: "DELETE", headers: ending, signal: limit() }).catch(() => undefined);
      await ended?.body?.cancel().catch(() => {});
    }
    if (status === 405 || status === 404 || status === 400) {
      if (await speaksOldSse(fetch, url, given, limit())) {
        return protocol === "streamable-http"
          ? { outcome: "failed", message: texts.oldSseChosen, fix: texts.oldSseChosenFix }
          : { outcome: "warning", message: texts.oldSse, fix: texts.oldSseFix };
      }
    }
    return findingOf(response, url);
  });
  if (!answered) {
    steps.skip("discovery", "auth");
    return false;
  }
  const refused = status === 401 || status === 403;
  const hasToken = Object.keys(given).some((name) => name.toLowerCase() === "authorization");
  if (status === 401 && !hasToken) {
    return lookAtSignIn({ transport, challenge: challengeOf(refusal), signIn, steps, rules, signal });
  }
  await steps.run("discovery", () => ({
    outcome: "ok",
    message: hasToken && refused ? texts.ownToken : texts.noDiscovery,
  }));
  return steps.run("auth", () => {
    if (!refused) return { outcome: "ok", message: texts.authorized };
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
  if (status === 401) return { outcome: "ok", message }; // the steps of the sign-in say more
  if (status === 403) return { outcome: "warning", message };
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
