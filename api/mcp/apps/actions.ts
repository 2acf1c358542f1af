import { z } from "zod";
import { mcpAppViewSchema, openMcpApp } from "../../../shared/protocol/mcp-app.ts";
import { APP_PATH } from "../../../shared/protocol/mcp-app-limits.ts";
import { action } from "../../actions/action.ts";
import { type McpRequestParams, mcpParams, partOf } from "../targets.ts";
import { toAppPolicy } from "./app-policy.ts";
import { readAppResource } from "./app-resource.ts";

const openApp = action({
  tag: "MCP",
  mode: "respond",
  permission: "mcp:control",
  params: mcpParams,
  name: "mcp:open-app",
  method: "POST",
  path: "/mcp/:id/apps",
  title: "Read an MCP App for a frame",
  description:
    "Reads a `ui://` resource. Its HTML is served once, within a minute, at `path`, with a content policy of its own and in a sandbox.",
  headers: z.object({
    origin: z.string().max(300).optional().describe("Of the page that frames the app. Browsers send it."),
  }),
  body: openMcpApp,
  endsWithCaller: true,
  concurrency: { total: 20, perCaller: 4, message: "Too many apps are being opened." },
  result: { view: mcpAppViewSchema },
  target: partOf(({ body }: { body: { uri: string } } & McpRequestParams) => body.uri),
  apply: async ({ params: { id }, body: { uri }, headers }, { deps, caller, host, job: { signal } }) => {
    const { html, csp, permissions } = await deps.mcp.use(id, (to) => readAppResource(to, uri, signal), {
      caller,
      signal,
    });
    const own = deps.access.originPolicy.origins.map((origin) => new URL(origin).hostname);
    // The guard has compared it with the origins of the panel.
    const { header, domains, refused } = toAppPolicy(csp, [...own, host.toLowerCase()], headers.origin);
    const view = deps.mcp.workbench.apps.add({ caller, html, policy: header });
    return { view: { path: `${APP_PATH}${view}`, bytes: html.byteLength, domains, refused, permissions } };
  },
});

export const mcpAppActions = [openApp] as const;
