/** Browsers take a `__Host-` cookie from https only, for exactly one host; plain http on localhost has to do without. */
export const sessionCookieNames = { https: "__Host-ai-desktop", http: "ai-desktop" } as const;

/**
 * Every value that a `Cookie` header gives a name, in order. Names are compared to the letter; spaces and tabs around
 * them do not count.
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? "").split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    const found = trim(at === -1 ? pair : pair.slice(0, at));
    return found === name ? [at === -1 ? "" : trim(pair.slice(at + 1))] : [];
  });
}

const trim = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, "");

/** Whether a `Cookie` header carries a session, valid or not. Cookies of a load balancer or of another port do not count. */
export const hasSessionCookie = (header: string | undefined): boolean =>
  Object.values(sessionCookieNames).some((name) => cookieValues(header, name).length > 0);
