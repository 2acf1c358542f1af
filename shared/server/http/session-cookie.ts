import type { Config } from "../config.ts";

/** Names of a panel's session cookie. */
export interface SessionCookieNames {
  /** Browsers accept a `__Host-` cookie only over https and for exactly one host. */
  https: string;
  /** For plain http on localhost. */
  http: string;
}

/**
 * The names for a panel with this port and path: `ai-desktop`, with port and path if they are its own. Browsers send the cookies
 * of a host to all its ports and paths (RFC 6265, section 8.5), where other panels may be.
 */
export function sessionCookieNames({
  API_PORT,
  BASE_PATH,
}: Pick<Config, "API_PORT" | "BASE_PATH">): SessionCookieNames {
  const port = API_PORT === 3006 ? "" : `.${API_PORT}`;
  const http = `ai-desktop${port}${BASE_PATH.replaceAll("/", ".")}`;
  return { https: `__Host-${http}`, http };
}

/**
 * Returns all values of a name in a `Cookie` header, in order. Names are case-sensitive; spaces and tabs around them are
 * ignored.
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? "").split(";").flatMap((pair) => {
    if (nameOf(pair) !== name) return [];
    const at = pair.indexOf("=");
    return [at === -1 ? "" : trim(pair.slice(at + 1))];
  });
}

function nameOf(pair: string): string {
  const at = pair.indexOf("=");
  return trim(at === -1 ? pair : pair.slice(0, at));
}

const trim = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, "");

/** Whether a `Cookie` header contains a session, valid or not. Cookies of a load balancer or of another panel do not count. */
export const hasSessionCookie = (header: string | undefined, { https, http }: SessionCookieNames): boolean =>
  header?.split(";").some((pair) => [https, http].includes(nameOf(pair))) ?? false;
