import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { ok } from "../../shared/protocol/result.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Access } from "../access/access.ts";
import { OIDC_PENDING_MS, type OidcLogin } from "../access/oidc.ts";
import { cameByHttps, hostOf } from "../access/request-facts.ts";
import { startSession } from "../access/start-session.ts";
import { type ApiEnv, createRoutes } from "../context.ts";
import { described } from "../middleware/described.ts";

/** Log-in by an OpenID provider. The browser comes and goes by navigation, so errors lead back to the log-in page. */
export const oidcRoutes = ({ access }: { access: Access }) =>
  createRoutes()
    .get(
      "/",
      described({
        tag: "access",
        summary: "Whether one can log in by OpenID",
        answer: {
          configured: z.boolean(),
          problem: z.string().optional().describe("Why the provider could not be asked the last time."),
        },
      }),
      (c) => c.json(ok({ configured: access.oidc !== undefined, problem: access.oidc?.problem })),
    )
    .get("/start", described({ tag: "access", summary: "Go to the OpenID provider", status: 302 }), async (c) => {
      try {
        const { url, binding } = await provider(access).start(
          `${ownOrigin(c, access)}${access.basePath}/api/oidc/callback`,
        );
        sendBinding(c, access, binding, OIDC_PENDING_MS / 1_000);
        return c.redirect(url);
      } catch (error) {
        return backToLogin(c, access, error);
      }
    })
    .get(
      "/callback",
      described({ tag: "access", summary: "Come back from the OpenID provider", status: 302 }),
      async (c) => {
        const binding = getCookie(c, bindingName(c, access));
        sendBinding(c, access, "", 0);
        try {
          const user = await provider(access).finish(binding, new URL(c.req.url).search.slice(1));
          c.set("auditTarget", user.name);
          startSession(c, access, user);
          return c.redirect(`${webAddress(c, access)}/`);
        } catch (error) {
          return backToLogin(c, access, error);
        }
      },
    );

function provider(access: Access): OidcLogin {
  if (!access.oidc) throw new AppError("not_supported", "No OpenID provider is configured.");
  return access.oidc;
}

const isHttps = (c: Context, access: Access) => cameByHttps(c, access);
const ownOrigin = (c: Context, access: Access) => `${isHttps(c, access) ? "https" : "http"}://${hostOf(c)}`;

/** The web app: on our own origin behind a proxy, else on a port of its own of the same host. */
function webAddress(c: Context, access: Access): string {
  const own = ownOrigin(c, access);
  const { hostname, port } = new URL(own);
  if (port === "" || access.basePath) return `${own}${access.basePath}`;
  const sameHost = access.originPolicy.origins.filter((origin) => new URL(origin).hostname === hostname);
  return sameHost.find((origin) => origin === access.webOrigin) ?? sameHost[0] ?? access.webOrigin;
}

/** Lax, for the browser comes back from another site; it holds nothing but the name of the pending log-in. */
const bindingName = (c: Context, access: Access) => `${isHttps(c, access) ? "__Host-" : ""}ai-desktop-oidc`;
function sendBinding(c: Context, access: Access, value: string, maxAge: number): void {
  const secure = isHttps(c, access);
  setCookie(c, bindingName(c, access), value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge });
}

function backToLogin(c: Context<ApiEnv>, access: Access, thrown: unknown) {
  const { code } = toAppError(thrown);
  c.set("auditDetail", `refused: ${code}`);
  return c.redirect(`${webAddress(c, access)}/login?error=${code}`);
}
