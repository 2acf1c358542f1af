import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { createPinnedFetch } from "../../outbound/pinned-fetch.ts";
import type { McpTransport } from "../store.ts";
import { type Challenge, challengeOf } from "./discovery.ts";
import { unavailable } from "./failure.ts";
import { messages } from "./messages.ts";

const PROBE_MS = 10_000;

/** The first message of a handshake, to see how a server answers. */
export const initializeMessage = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "ai-desktop", version: "1" } },
});

/** Asks a server without a token what it wants. A server that wants nothing has an empty challenge. @throws AppError */
export async function probeChallenge(
  { url, headers: given, protocol }: Extract<McpTransport, { type: "http" }>,
  rules: AddressRules,
): Promise<Challenge> {
  const pinned = createPinnedFetch(await rules.pin(url));
  const ask = async (init: RequestInit) => {
    const response = await pinned.fetch(url, { ...init, signal: AbortSignal.timeout(PROBE_MS) });
    await response.body?.cancel().catch(() => {});
    return response;
  };
  const accept = "application/json, text/event-stream";
  try {
    const headers = { ...given, accept, "content-type": "application/json" };
    const response = await (protocol === "sse"
      ? ask({ headers: { ...given, accept: "text/event-stream" } })
      : ask({ method: "POST", headers, body: initializeMessage }));
    const session = response.headers.get("mcp-session-id");
    if (session !== null) await ask({ method: "DELETE", headers: { ...given, "mcp-session-id": session } });
    return response.status === 401 ? challengeOf(response) : {};
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unavailable(connectionFailure(error, "The server") ?? messages.unreachable("a sign-in"));
  } finally {
    pinned.close();
  }
}
