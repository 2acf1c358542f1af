import { z } from "zod";
import { may } from "../../../shared/protocol/access.ts";
import { mcpLogLevels } from "../../../shared/protocol/mcp-limits.ts";
import {
  completeMcpArgument,
  mcpAboutSchema,
  mcpChangesSchema,
  mcpCompletionSchema,
  mcpPromptSchema,
  mcpResourceSchema,
  mcpResourceTemplateSchema,
  mcpRootSchema,
  mcpSavedCallSchema,
  mcpServerRequestSchema,
  mcpWireEntrySchema,
  nextCursor,
  pageQuery,
  wireQuery,
} from "../../../shared/protocol/mcp-workbench.ts";
import { ok } from "../../../shared/protocol/result.ts";
import type { ApiDeps } from "../../deps.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import { mcpParams } from "../targets.ts";
import { completeArgument } from "./operations.ts";

const describe = (summary: string, answer: z.ZodRawShape) => described({ tag: "MCP", summary, answer });
const listOf = (item: z.ZodType) => ({ items: z.array(item), nextCursor });

/** Reads of the workbench of a server: `/api/mcp/:id`. */
export const mcpWorkbenchRoutes = ({ mcp }: Pick<ApiDeps, "mcp">) =>
  createRoutes()
    .get(
      "/:id/about",
      describe("Show what a running server said about itself", {
        about: mcpAboutSchema,
        logLevel: z.enum(mcpLogLevels),
      }),
      validated("param", mcpParams),
      async (c) => {
        const { id } = c.req.valid("param");
        const about = await mcp.use(id, async (connection) => connection.about());
        return c.json(ok({ about, logLevel: mcp.workbench.logLevel(id) }));
      },
    )
    .get(
      "/:id/resources",
      describe("List the resources of a running server", listOf(mcpResourceSchema)),
      validated("param", mcpParams),
      validated("query", pageQuery),
      async (c) =>
        c.json(ok(await mcp.use(c.req.valid("param").id, (to) => to.list("resources", c.req.valid("query").cursor)))),
    )
    .get(
      "/:id/resource-templates",
      describe("List the resource templates of a running server", listOf(mcpResourceTemplateSchema)),
      validated("param", mcpParams),
      validated("query", pageQuery),
      async (c) =>
        c.json(ok(await mcp.use(c.req.valid("param").id, (to) => to.list("templates", c.req.valid("query").cursor)))),
    )
    .get(
      "/:id/prompts",
      describe("List the prompts of a running server", listOf(mcpPromptSchema)),
      validated("param", mcpParams),
      validated("query", pageQuery),
      async (c) =>
        c.json(ok(await mcp.use(c.req.valid("param").id, (to) => to.list("prompts", c.req.valid("query").cursor)))),
    )
    .get(
      "/:id/completion",
      describe("Suggest values for an argument", { completion: mcpCompletionSchema }),
      validated("param", mcpParams),
      validated("query", completeMcpArgument),
      async (c) => {
        const { id } = c.req.valid("param");
        const query = c.req.valid("query");
        const completion = await mcp.use(id, (connection) => completeArgument(connection, query, c.req.raw.signal));
        return c.json(ok({ completion }));
      },
    )
    .get(
      "/:id/roots",
      describe("List the roots that a server is given", { roots: z.array(mcpRootSchema) }),
      validated("param", mcpParams),
      (c) => c.json(ok({ roots: mcp.workbench.roots(mcp.get(c.req.valid("param").id).id) })),
    )
    .get(
      "/:id/requests",
      describe("List the requests of a server that wait for a person", { requests: z.array(mcpServerRequestSchema) }),
      validated("param", mcpParams),
      (c) => c.json(ok({ requests: mcp.workbench.requests(mcp.get(c.req.valid("param").id).id).list() })),
    )
    .get(
      "/:id/wire",
      describe("Read the latest JSON-RPC messages of a server", { entries: z.array(mcpWireEntrySchema) }),
      validated("param", mcpParams),
      validated("query", wireQuery),
      (c) => {
        const { id } = mcp.get(c.req.valid("param").id);
        const after = Number(c.req.valid("query").after ?? 0);
        // Arguments of programs are in no history. Who may change a server could read them there anyway.
        const all = may(c.get("principal"), "mcp:manage");
        return c.json(ok({ entries: mcp.workbench.wire(id).entries(after, all) }));
      },
    )
    .get(
      "/:id/saved-calls",
      describe("List the saved calls of a server", { calls: z.array(mcpSavedCallSchema) }),
      validated("param", mcpParams),
      (c) => c.json(ok({ calls: mcp.workbench.calls.list(mcp.get(c.req.valid("param").id).id) })),
    )
    .get(
      "/:id/changes",
      describe("Compare what a server offers with its start before", { changes: mcpChangesSchema }),
      validated("param", mcpParams),
      (c) => c.json(ok({ changes: mcp.workbench.changes(mcp.get(c.req.valid("param").id).id) })),
    );
