import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cookieValues } from "../../../shared/server/http/session-cookie.ts";
import type { Site } from "../../access/access.ts";
import { digestOf } from "../../access/token.ts";
import { cameByHttps } from "../../http/client-address.ts";

/** Sign-ins of one browser at the same time, in several tabs. */
const MAX_COOKIES = 4;

const prefix = (c: Context, site: Site) => `${site.cookieName("mcp", cameByHttps(c, site))}-`;
const DIGEST_LENGTH = 12;
/** One cookie per sign-in, so that a second tab does not end the sign-in of the first. */
const nameOf = (c: Context, site: Site, state: string) =>
  `${prefix(c, site)}${digestOf(state).slice(0, DIGEST_LENGTH)}`;
/** Not of a panel whose path begins with that of this one. */
const isBinding = (name: string, start: string) =>
  name.startsWith(start) && name.length === start.length + DIGEST_LENGTH;

/** Lax, because the browser comes back from another site. */
function send(c: Context, name: string, value: string, maxAge: number): void {
  const secure = name.startsWith("__Host-");
  setCookie(c, name, value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge });
}

/** Keeps the value that binds a sign-in to this browser. Browsers send the oldest cookies first; those are dropped. */
export function keepBinding(c: Context, site: Site, state: string, binding: string, seconds: number): void {
  const names = Object.keys(getCookie(c)).filter((name) => isBinding(name, prefix(c, site)));
  for (const name of names.slice(0, Math.max(0, names.length - MAX_COOKIES + 1))) send(c, name, "", 0);
  send(c, nameOf(c, site, state), binding, seconds);
}

/** The value that this browser keeps for a sign-in; undefined when it has none, or two. */
export function bindingOf(c: Context, site: Site, state: string): string | undefined {
  const values = cookieValues(c.req.header("Cookie"), nameOf(c, site, state));
  return values.length === 1 ? values[0] : undefined;
}

export const dropBinding = (c: Context, site: Site, state: string): void => send(c, nameOf(c, site, state), "", 0);
