import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { cookieValues } from "../../../shared/server/http/session-cookie.ts";
import { cameByHttps } from "../../http/client-address.ts";
import type { ApiEnv } from "../../http/context.ts";
import type { Access } from "../access.ts";
import { CHALLENGE_MS, type Challenge } from "./passkeys.ts";

const nameOf = (https: boolean) => `${https ? "__Host-" : ""}ai-desktop-passkey`;
const options = (secure: boolean, maxAge: number) =>
  ({ path: "/", httpOnly: true, sameSite: "Strict", secure, maxAge }) as const;

/** Sets the cookie of a sealed challenge, and returns the options for the browser; null without a challenge. */
export function sendChallenge(c: Context<ApiEnv>, access: Access, challenge: Challenge | undefined) {
  if (!challenge) return null;
  const https = cameByHttps(c, access);
  setCookie(c, nameOf(https), challenge.sealed, options(https, CHALLENGE_MS / 1_000));
  return challenge.options;
}

/** Returns the sealed challenge of the request and removes its cookie; undefined when there is none, or two. */
export function takeChallenge(c: Context<ApiEnv>, access: Access): string | undefined {
  const https = cameByHttps(c, access);
  const values = cookieValues(c.req.header("Cookie"), nameOf(https));
  if (values.length > 0) setCookie(c, nameOf(https), "", options(https, 0));
  return values.length === 1 ? values[0] : undefined;
}
