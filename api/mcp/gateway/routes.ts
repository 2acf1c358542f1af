import { z } from "zod";
import {
  GATEWAY_CALLS_MAX,
  gatewayCallSchema,
  gatewayItemSchema,
  gatewaySchema,
} from "../../../shared/protocol/mcp-gateway.ts";
import { ok } from "../../../shared/protocol/result.ts";
import type { ApiDeps } from "../../deps.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";

const describe = (summary: string, answer: z.ZodRawShape) => described({ tag: "MCP gateway", summary, answer });

/** Reads of the gateway: `/api/mcp-gateway`. Changes are in `actions.ts`. */
export const gatewayRoutes = ({ mcpGateway }: Pick<ApiDeps, "mcpGateway">) =>
  createRoutes()
    .get("/", describe("Show the settings, servers and clients of the gateway", { gateway: gatewaySchema }), (c) =>
      c.json(ok({ gateway: mcpGateway.view() })),
    )
    .get(
      "/items",
      describe("List what the running servers offer, under the names that clients see", {
        items: z.array(gatewayItemSchema),
      }),
      async (c) => c.json(ok({ items: await mcpGateway.items() })),
    )
    .get("/calls", describe("List running and recent calls", { calls: z.array(gatewayCallSchema) }), (c) =>
      c.json(ok({ calls: mcpGateway.calls.latest(GATEWAY_CALLS_MAX) })),
    );
