import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { parse } from "hono/utils/cookie";
import { sessionCookieNames } from "../../shared/server/session-cookie.ts";
import { SESSION_TOTAL_MS } from "./sessions.ts";

const { https: SECURE_NAME, http: PLAIN_NAME } = sessionCookieNames;

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** The session token in a `Cookie` header; over https a plain cookie, which other ports and subdomains can set, is not looked at. */
export function sessionToken(cookieHeader: string | undefined, https: boolean): string | undefined {
  if (!cookieHeader) return undefined;
  const cookies = parse(cookieHeader);
  const token = cookies[SECURE_NAME] ?? (https ? undefined : cookies[PLAIN_NAME]);
  return token !== undefined && tokenPattern.test(token) ? token : undefined;
}

/** Whether a session cookie came along, valid or not. */
export function hasSessionCookie(cookieHeader: string | undefined): boolean {
  const cookies = parse(cookieHeader ?? "");
  return SECURE_NAME in cookies || PLAIN_NAME in cookies;
}

export function sendSessionCookie(c: Context, token: string, https: boolean): void {
  setCookie(c, https ? SECURE_NAME : PLAIN_NAME, token, options(https, SESSION_TOTAL_MS / 1_000));
}

export function clearSessionCookie(c: Context, https: boolean): void {
  setCookie(c, https ? SECURE_NAME : PLAIN_NAME, "", options(https, 0));
}

const options = (https: boolean, maxAge: number) =>
  ({ path: "/", httpOnly: true, sameSite: "Strict", secure: https, maxAge }) as const;
