import { z } from "zod";
import { may, type Principal } from "../../shared/protocol/access.ts";
import { mcpLogSchema } from "../../shared/protocol/events/mcp.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import {
  callMcpTool,
  changeMcpServer,
  createMcpServer,
  type McpServer,
  mcpResultSchema,
  mcpServerSchema,
  mcpToolSchema,
} from "../../shared/protocol/mcp.ts";
import { ok } from "../../shared/protocol/result.ts";
import { whileAuthorized } from "../access/identity/authorized-stream.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createShares } from "../http/concurrency-limits.ts";
import { createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const FRESH = "Needs a fresh proof: see `POST /api/session/proof`. An API key needs the scope `mcp:manage` itself.";
const params = z.object({ id: opaqueId.describe("Id of a registered server.") });
const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "MCP", summary, answer: { server: mcpServerSchema }, ...more });

/** Arguments and queries may hold keys: only who may change a server sees them. */
function visibleTo(principal: Principal, server: McpServer): McpServer {
  if (may(principal, "mcp:manage")) return server;
  const { transport } = server;
  if (transport.type === "stdio") return { ...server, transport: { ...transport, args: [] } };
  const { origin, pathname } = new URL(transport.url);
  return { ...server, transport: { ...transport, url: `${origin}${pathname}` } };
}

/** For the trail: never arguments, queries or headers, which may be secrets. */
const whatOf = (transport: { type: "stdio"; command: string } | { type: "http"; url: string }): string =>
  (transport.type === "stdio" ? `runs ${transport.command}` : `asks ${new URL(transport.url).origin}`).slice(0, 200);

/** MCP servers: `/api/mcp`. */
export const mcpRoutes = ({ mcp }: Pick<ApiDeps, "mcp">) => {
  /** Calls of one user to one server, which takes 16 itself: others still reach it. */
  const calls = createShares({ total: 1_600, perCaller: 8, busy: "You have too many calls to this server under way." });

  return createRoutes()
    .get("/", describe("List the registered servers", { answer: { servers: z.array(mcpServerSchema) } }), (c) =>
      c.json(ok({ servers: mcp.list().map((server) => visibleTo(c.get("principal"), server)) })),
    )
    .post(
      "/",
      describe("Register a server", { status: 201, description: FRESH }),
      validated("json", createMcpServer),
      (c) => {
        const wanted = c.req.valid("json");
        c.set("auditTarget", wanted.name);
        c.set("auditDetail", whatOf(wanted.transport));
        const server = mcp.create(wanted);
        c.set("auditTarget", `${server.name} (${server.id})`);
        return c.json(ok({ server }), 201);
      },
    )
    .get("/:id", describe("Show one server"), validated("param", params), (c) =>
      c.json(ok({ server: visibleTo(c.get("principal"), mcp.get(c.req.valid("param").id)) })),
    )
    .put(
      "/:id",
      describe("Change a server", {
        description: `A value of \`null\` keeps the stored one. ${FRESH}`,
      }),
      validated("param", params),
      validated("json", changeMcpServer),
      async (c) => {
        const { id } = c.req.valid("param");
        const wanted = c.req.valid("json");
        c.set("auditTarget", `${wanted.name} (${id})`.slice(0, 300));
        c.set("auditDetail", whatOf(wanted.transport));
        return c.json(ok({ server: await mcp.change(id, wanted) }));
      },
    )
    .delete("/:id", describe("Stop and forget a server", { answer: {} }), validated("param", params), async (c) => {
      await mcp.remove(c.req.valid("param").id);
      return c.json(ok({}));
    })
    .post("/:id/start", describe("Start a server and wait until it is ready"), validated("param", params), async (c) =>
      c.json(ok({ server: visibleTo(c.get("principal"), await mcp.start(c.req.valid("param").id)) })),
    )
    .post("/:id/stop", describe("Stop a server with all its processes"), validated("param", params), async (c) =>
      c.json(ok({ server: visibleTo(c.get("principal"), await mcp.stop(c.req.valid("param").id)) })),
    )
    .get(
      "/:id/tools",
      describe("List a running server's tools", { answer: { tools: z.array(mcpToolSchema) } }),
      validated("param", params),
      async (c) => c.json(ok({ tools: await mcp.tools(c.req.valid("param").id) })),
    )
    .post(
      "/:id/tools/call",
      describe("Call a tool", { answer: { result: mcpResultSchema } }),
      validated("param", params),
      validated("json", callMcpTool),
      async (c) => {
        const { id } = c.req.valid("param");
        const { name, arguments: args, progressId } = c.req.valid("json");
        c.set("auditTarget", `${id} ${name}`.slice(0, 300)); // never the arguments: they may be secrets
        const call = (lost: AbortSignal) =>
          mcp.callTool(id, name, args, { signal: AbortSignal.any([c.req.raw.signal, lost]), progressId });
        const result = await calls.run(`${callerOf(c)} ${id}`, () => whileAuthorized(c, call), c.req.raw.signal);
        return c.json(ok({ result }));
      },
    )
    .get(
      "/:id/log",
      describe("Read the last of what a server said", { answer: { entries: z.array(mcpLogSchema) } }),
      validated("param", params),
      (c) => c.json(ok({ entries: mcp.log(c.req.valid("param").id) })),
    );
};
