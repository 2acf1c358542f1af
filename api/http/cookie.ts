import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { type CookieName, cookieValues } from "../../shared/server/http/session-cookie.ts";
import { SESSION_TOTAL_MS } from "../access/login/sessions.ts";

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * The session token in a `Cookie` header. Over https a plain cookie, which other ports and subdomains can set, does not
 * count. A cookie that comes twice does not count either: one of the two may be somebody else's.
 */
export function sessionToken(
  cookieHeader: string | undefined,
  cookieName: CookieName,
  https: boolean,
): string | undefined {
  const secure = cookieValues(cookieHeader, cookieName("session", true));
  const tokens = secure.length > 0 || https ? secure : cookieValues(cookieHeader, cookieName("session", false));
  const [token] = tokens;
  return tokens.length === 1 && token !== undefined && tokenPattern.test(token) ? token : undefined;
}

export function sendSessionCookie(c: Context, cookieName: CookieName, token: string, https: boolean): void {
  setCookie(c, cookieName("session", https), token, options(https, SESSION_TOTAL_MS / 1_000));
}

export function clearSessionCookie(c: Context, cookieName: CookieName, https: boolean): void {
  setCookie(c, cookieName("session", https), "", options(https, 0));
}

const options = (https: boolean, maxAge: number) =>
  ({ path: "/", httpOnly: true, sameSite: "Strict", secure: https, maxAge }) as const;
