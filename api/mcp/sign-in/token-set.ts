import type { FetchLike, OAuthTokens } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { createCheckedFetch } from "../../outbound/checked-fetch.ts";
import { unavailable, validToken } from "./failure.ts";
import { messages, requests } from "./messages.ts";
import type { Tokens } from "./store.ts";

const LIMITS = { maxBytes: 256 * 1024, limitMs: 10_000, maxRequests: 20 };
/** Longest lifetime of an access token that is believed, in seconds: ten years. */
const MAX_LIFETIME = 315_360_000;
/** How long before its end a token is renewed: at most 30 s, and a tenth of its life. */
const RENEW_BEFORE = { ms: 30_000, part: 0.1 };

/**
 * A `fetch` for one sign-in or renewal. Providers send null for what they leave out, and leave out the return addresses of
 * a registration; the client library would refuse the whole response.
 */
export function createProviderFetch(rules: AddressRules, signal?: AbortSignal): FetchLike {
  const fetch = createCheckedFetch(rules, { ...LIMITS, signal });
  return async (target, init) => {
    const response = await fetch(target, init);
    if (!response.ok) return response;
    const text = await response.text();
    const { status, headers } = response;
    return new Response(withoutNulls(text, init?.body), { status, headers });
  };
}

function withoutNulls(text: string, sent: RequestInit["body"]): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
    const given = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
    if (typeof given.client_id === "string" && typeof sent === "string") {
      given.redirect_uris ??= (JSON.parse(sent) as { redirect_uris?: unknown }).redirect_uris;
    }
    return JSON.stringify(given);
  } catch {
    return text; // the client library reports it
  }
}

/**
 * The tokens of a response, with the time of their end.
 *
 * @throws AppError for a token that cannot be sent
 */
export function toTokens(given: OAuthTokens, asked: string | null): Tokens {
  if (!/^bearer$/i.test(given.token_type)) throw unavailable(messages.tokenType(toSingleLine(given.token_type, 40)));
  if (!validToken(given.access_token)) throw unavailable(messages.oddResponse(requests.token));
  const seconds = Number(given.expires_in);
  const lifeMs = seconds > 0 ? Math.min(seconds, MAX_LIFETIME) * 1_000 : null;
  const now = Date.now();
  return {
    access: given.access_token,
    refresh: given.refresh_token && validToken(given.refresh_token) ? given.refresh_token : null,
    scope: given.scope === undefined ? asked : toSingleLine(given.scope, 2_000),
    expiresAt: lifeMs === null ? null : new Date(now + lifeMs).toISOString(),
    renewAt: lifeMs === null ? null : now + lifeMs - Math.min(RENEW_BEFORE.ms, lifeMs * RENEW_BEFORE.part),
  };
}
