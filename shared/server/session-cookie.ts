/** Browsers take a `__Host-` cookie from https only, for exactly one host; plain http on localhost has to do without. */
export const sessionCookieNames = { https: "__Host-ai-desktop", http: "ai-desktop" } as const;

const names = new Set<string>(Object.values(sessionCookieNames));

/** Whether a `Cookie` header carries a session, valid or not. Cookies of a load balancer or of another port do not count. */
export const hasSessionCookie = (header: string | undefined): boolean =>
  (header ?? "").split(";").some((pair) => names.has(pair.split("=", 1)[0]?.trim() ?? ""));
