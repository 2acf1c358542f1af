import { z } from "zod";
import { clientSnippets } from "../../shared/mcp/client-snippets.ts";
import { mcpLogSchema } from "../../shared/protocol/events/mcp.ts";
import { mcpServerSchema, mcpToolSchema } from "../../shared/protocol/mcp.ts";
import { mcpImportPreviewBody, mcpImportPreviewSchema, mcpSnippetSchema } from "../../shared/protocol/mcp-import.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { previewFile } from "./import/import-file.ts";
import { mcpParams } from "./targets.ts";
import { visibleTo } from "./visible.ts";
import { mcpWorkbenchRoutes } from "./workbench/routes.ts";

const describe = (summary: string, answer: z.ZodRawShape) => described({ tag: "MCP", summary, answer });

/** Reads of MCP servers: `/api/mcp`. */
export const mcpRoutes = ({ mcp }: Pick<ApiDeps, "mcp">) =>
  createRoutes()
    .get("/", describe("List the registered servers", { servers: z.array(mcpServerSchema) }), async (c) => {
      await mcp.measure();
      return c.json(ok({ servers: mcp.list().map((server) => visibleTo(c.get("principal"), server)) }));
    })
    .post(
      "/import/preview",
      described({
        tag: "MCP",
        summary: "Say for each server of a file what an import would do",
        description: "Takes the forms of `.mcp.json`, Claude, Cursor and VS Code. Changes nothing.",
        answer: { preview: mcpImportPreviewSchema },
      }),
      validated("json", mcpImportPreviewBody),
      async (c) => c.json(ok({ preview: await previewFile(mcp, c.req.valid("json").content) })),
    )
    .get(
      "/:id/snippets",
      describe("Get the configuration of a server for each client, without values", {
        snippets: z.array(mcpSnippetSchema),
      }),
      validated("param", mcpParams),
      (c) => c.json(ok({ snippets: clientSnippets(mcp.get(c.req.valid("param").id)) })),
    )
    .get("/:id", describe("Show one server", { server: mcpServerSchema }), validated("param", mcpParams), async (c) => {
      const { id } = c.req.valid("param");
      await mcp.measure(id);
      return c.json(ok({ server: visibleTo(c.get("principal"), mcp.get(id)) }));
    })
    .get(
      "/:id/tools",
      describe("List the tools of a running server", { tools: z.array(mcpToolSchema) }),
      validated("param", mcpParams),
      async (c) => c.json(ok({ tools: await mcp.tools(c.req.valid("param").id) })),
    )
    .get(
      "/:id/log",
      describe("Read the latest output of a server", { entries: z.array(mcpLogSchema) }),
      validated("param", mcpParams),
      (c) => c.json(ok({ entries: mcp.log(c.req.valid("param").id) })),
    )
    .route("/", mcpWorkbenchRoutes({ mcp }));
