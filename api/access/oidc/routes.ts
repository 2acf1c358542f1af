import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { ok } from "../../../shared/protocol/result.ts";
import { AppError, toAppError } from "../../../shared/server/errors.ts";
import { cookieValues } from "../../../shared/server/http/session-cookie.ts";
import { cameByHttps } from "../../http/client-address.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { ownOrigin, webAddress } from "../../http/public-address.ts";
import { validated } from "../../http/validate.ts";
import type { Authentication, Site } from "../access.ts";
import { type SessionStart, startSession } from "../login/start-session.ts";
import { messages } from "../messages.ts";
import { digestOf } from "../token.ts";
import { OIDC_PENDING_MS, type OidcLogin } from "./oidc.ts";

const startQuery = z.strictObject({ again: z.stringbool().default(false) });

type OidcAccess = Pick<Authentication, "oidc"> & Site & SessionStart;

/** Log-in by an OpenID provider. The browser comes and goes by navigation, so errors lead back to the log-in page. */
export const oidcRoutes = ({ access }: { access: OidcAccess }) =>
  createRoutes()
    .get(
      "/",
      described({
        tag: "access",
        summary: "Show whether log-in by OpenID is configured",
        answer: {
          configured: z.boolean(),
          problem: z.string().optional().describe("Why the last request to the provider failed."),
        },
      }),
      (c) => c.json(ok({ configured: access.oidc !== undefined, problem: access.oidc?.problem })),
    )
    .get(
      "/start",
      described({
        tag: "access",
        summary: "Go to the OpenID provider",
        description: "With `again=true` the provider asks for a new log-in even if it has a session.",
        status: 302,
      }),
      validated("query", startQuery),
      async (c) => {
        const { again } = c.req.valid("query");
        const back = `${ownOrigin(c, access)}${access.basePath}/api/oidc/callback`;
        try {
          const { url, binding } = await provider(access).start(back, again);
          dropOldBindings(c, access);
          sendBinding(
            c,
            bindingName(c, access, new URL(url).searchParams.get("state")),
            binding,
            OIDC_PENDING_MS / 1_000,
          );
          return c.redirect(url);
        } catch (error) {
          return backToLogin(c, access, error);
        }
      },
    )
    .get(
      "/callback",
      described({ tag: "access", summary: "Come back from the OpenID provider", status: 302 }),
      async (c) => {
        const name = bindingName(c, access, c.req.query("state"));
        const [binding, second] = cookieValues(c.req.header("Cookie"), name);
        sendBinding(c, name, "", 0);
        try {
          const user = await provider(access).finish(
            second === undefined ? binding : undefined,
            new URL(c.req.url).search.slice(1),
          );
          c.set("auditTarget", user.name);
          await startSession(c, access, user);
          return c.redirect(`${webAddress(c, access)}/`);
        } catch (error) {
          return backToLogin(c, access, error);
        }
      },
    );

function provider({ oidc }: OidcAccess): OidcLogin {
  if (!oidc) throw new AppError("not_supported", messages.noProvider);
  return oidc;
}

/** Concurrent log-ins of one browser, in several tabs. */
const BINDINGS_MAX = 4;
const bindingPrefix = (c: Context, site: Site) => `${site.cookieName("oidc", cameByHttps(c, site))}-`;
const DIGEST_LENGTH = 12;
/** One cookie per log-in, so that a second tab does not end the log-in of the first. */
const bindingName = (c: Context, site: Site, state: string | null | undefined) =>
  `${bindingPrefix(c, site)}${digestOf(state ?? "").slice(0, DIGEST_LENGTH)}`;
/** Not of a panel whose path begins with that of this one. */
const isBinding = (name: string, prefix: string) =>
  name.startsWith(prefix) && name.length === prefix.length + DIGEST_LENGTH;

/** Lax, because the browser comes back from another site. The value is the sealed log-in. */
function sendBinding(c: Context, name: string, value: string, maxAge: number): void {
  const secure = name.startsWith("__Host-");
  setCookie(c, name, value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge });
}

/** Browsers send the oldest cookies first. */
function dropOldBindings(c: Context, site: Site): void {
  const names = Object.keys(getCookie(c)).filter((name) => isBinding(name, bindingPrefix(c, site)));
  for (const name of names.slice(0, Math.max(0, names.length - BINDINGS_MAX + 1))) sendBinding(c, name, "", 0);
}

function backToLogin(c: Context<ApiEnv>, site: Site, thrown: unknown) {
  const { code } = toAppError(thrown);
  c.set("refused", true);
  c.set("auditDetail", code);
  return c.redirect(`${webAddress(c, site)}/login?error=${code}`);
}
