import type { Config } from "../config.ts";

/**
 * The name of a cookie of one panel by what it is for: `ai-desktop` for the session, with port and path of the panel if they are
 * its own. Browsers send the cookies of a host to all its ports and paths (RFC 6265, section 8.5), where other panels may be.
 * Over https the name begins with `__Host-`, which browsers accept for exactly one host only; plain http on localhost cannot
 * have it.
 */
export type CookieName = (use: "session" | "passkey" | "oidc" | "mcp", https: boolean) => string;

export function createCookieName({ API_PORT, BASE_PATH }: Pick<Config, "API_PORT" | "BASE_PATH">): CookieName {
  // No path can hold an exclamation mark.
  const place = `${API_PORT === 3006 ? "" : `.${API_PORT}`}${BASE_PATH.replaceAll("/", "!")}`;
  return (use, https) => `${https ? "__Host-" : ""}ai-desktop${use === "session" ? "" : `-${use}`}${place}`;
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

/**
 * Whether a `Cookie` header contains a session of any panel, valid or not: only the API knows which one is its own. Cookies of a
 * load balancer or of another program do not count.
 */
export const hasSessionCookie = (header: string | undefined): boolean =>
  header?.split(";").some((pair) => sessionName.test(nameOf(pair))) ?? false;

const sessionName = /^(__Host-)?ai-desktop(\.\d+)?(!.*)?$/;
