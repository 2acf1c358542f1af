import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { cookieValues } from "../../../shared/server/http/session-cookie.ts";
import { cameByHttps } from "../../http/client-address.ts";
import type { ApiEnv } from "../../http/context.ts";
import type { Site } from "../access.ts";
import { CHALLENGE_MS, type Challenge } from "./passkeys.ts";

/** Tells whether the browser came by https, and what the cookie is called. */
export type ChallengeSite = Pick<Site, "originPolicy" | "peers" | "cookieName">;

const options = (secure: boolean, maxAge: number) =>
  ({ path: "/", httpOnly: true, sameSite: "Strict", secure, maxAge }) as const;

/** Sets the cookie of a sealed challenge, and returns the options for the browser; null without a challenge. */
export function sendChallenge(c: Context<ApiEnv>, site: ChallengeSite, challenge: Challenge | undefined) {
  if (!challenge) return null;
  const https = cameByHttps(c, site);
  setCookie(c, site.cookieName("passkey", https), challenge.sealed, options(https, CHALLENGE_MS / 1_000));
  return challenge.options;
}

/** Returns the sealed challenge of the request and removes its cookie; undefined when there is none, or two. */
export function takeChallenge(c: Context<ApiEnv>, site: ChallengeSite): string | undefined {
  const https = cameByHttps(c, site);
  const name = site.cookieName("passkey", https);
  const values = cookieValues(c.req.header("Cookie"), name);
  if (values.length > 0) setCookie(c, name, "", options(https, 0));
  return values.length === 1 ? values[0] : undefined;
}
