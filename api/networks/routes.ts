import { z } from "zod";
import { networkDetailSchema, networkRef, networkSchema } from "../../shared/protocol/network.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Networks";
const params = z.object({ id: networkRef.describe("Full id or exact name of the network.") });
const answer = { network: networkDetailSchema };

/** Reads of the networks of the host and their containers. Changes are in `actions.ts`. */
export function networksRoutes({ docker }: Pick<ApiDeps, "docker">) {
  const { networks } = docker;
  return createRoutes()
    .get(
      "/",
      described({ tag, summary: "List the networks", answer: { networks: z.array(networkSchema) } }),
      async (c) => c.json(ok({ networks: await networks.list() })),
    )
    .get("/:id", described({ tag, summary: "One network in full", answer }), validated("param", params), async (c) =>
      c.json(ok({ network: await networks.detail(c.req.valid("param").id) })),
    );
}
