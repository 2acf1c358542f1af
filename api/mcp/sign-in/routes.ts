import type { Context } from "hono";
import { z } from "zod";
import { may } from "../../../shared/protocol/access.ts";
import { AppError, toAppError } from "../../../shared/server/errors.ts";
import type { ApiDeps } from "../../deps.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { webAddress } from "../../http/public-address.ts";
import { validated } from "../../http/validate.ts";
import { nameAndId } from "../targets.ts";
import { CALLBACK_POLICY, type CallbackPage, callbackPage } from "./callback-page.ts";
import { bindingOf, dropBinding, keepBinding } from "./cookie.ts";
import { messages } from "./messages.ts";

/** Name in the audit trail of a sign-in that the browser finished. */
const FINISHED = "mcp:finish-sign-in";

const startQuery = z.strictObject({ state: z.string().max(100) });

type Deps = Pick<ApiDeps, "mcp" | "access" | "trail">;

/**
 * The two addresses that a browser visits during a sign-in, below `/api/mcp/oauth`. The second one is the return address:
 * it is public and carries its own proof. Without that it does nothing and records nothing.
 */
export const signInRoutes = ({ mcp, access, trail }: Deps) =>
  createRoutes()
    .get(
      "/start",
      described({ tag: "MCP", summary: "Go to the provider of a sign-in that was begun", status: 302 }),
      validated("query", startQuery),
      (c) => {
        refuseHead(c);
        const { state } = c.req.valid("query");
        try {
          const { url, binding, until } = mcp.signIn.open(state, c.get("principal"));
          keepBinding(c, access, state, binding, Math.max(1, Math.round((until - Date.now()) / 1_000)));
          return c.redirect(url);
        } catch (error) {
          return answer(c, access, toAppError(error));
        }
      },
    )
    .get(
      "/callback",
      described({ tag: "MCP", summary: "Come back from the provider of a sign-in", media: "text/html" }),
      async (c) => {
        refuseHead(c);
        const query = new URL(c.req.url).searchParams;
        const state = query.get("state") ?? "";
        const binding = bindingOf(c, access, state);
        try {
          const { serverId, principal } = await mcp.signIn.finish({
            query,
            binding: binding ?? "",
            isAllowed: (who) => {
              const now = access.current(who);
              return now !== undefined && may(now, "mcp:manage");
            },
          });
          dropBinding(c, access, state);
          const server = mcp.get(serverId);
          trail.recordAfterwards({
            action: FINISHED,
            actor: { kind: principal.kind, id: principal.id, name: principal.name },
            target: nameAndId(server),
            requestId: c.get("requestId"),
            address: c.get("address"),
            outcome: "done",
            status: 200,
          });
          return page(c, 200, {
            title: messages.done(server.name),
            note: messages.doneNote,
            link: backLink(c, access, serverId),
          });
        } catch (error) {
          if (binding !== undefined) dropBinding(c, access, state);
          return answer(c, access, toAppError(error));
        }
      },
    );

/** A link preview or a scanner must not use up a sign-in. */
function refuseHead(c: Context): void {
  if (c.req.method === "GET") return;
  c.header("Allow", "GET");
  throw new AppError("method_not_allowed", messages.getOnly);
}

const backLink = (c: Context, access: Deps["access"], serverId?: string): CallbackPage["link"] => ({
  href: `${webAddress(c, access)}/mcp${serverId === undefined ? "" : `/${encodeURIComponent(serverId)}`}`,
  label: messages.back,
});

const answer = (c: Context<ApiEnv>, access: Deps["access"], error: AppError) =>
  page(c, error.status, { title: messages.failed, note: error.message, link: backLink(c, access) });

function page(c: Context<ApiEnv>, status: AppError["status"] | 200, content: CallbackPage): Response {
  return c.html(callbackPage(content), status, { "Content-Security-Policy": CALLBACK_POLICY });
}
