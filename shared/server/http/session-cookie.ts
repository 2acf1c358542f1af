/** Browsers accept a `__Host-` cookie only over https and for exactly one host; plain http on localhost needs another name. */
export const sessionCookieNames = { https: "__Host-ai-desktop", http: "ai-desktop" } as const;

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

/** Whether a `Cookie` header contains a session, valid or not. Cookies of a load balancer or of another port do not count. */
export const hasSessionCookie = (header: string | undefined): boolean =>
  header?.split(";").some((pair) => sessionNames.has(nameOf(pair))) ?? false;

const sessionNames: ReadonlySet<string> = new Set(Object.values(sessionCookieNames));
