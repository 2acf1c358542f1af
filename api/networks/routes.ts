import { z } from "zod";
import {
  connectRequest,
  createNetworkRequest,
  disconnectRequest,
  networkDetailSchema,
  networkRef,
  networkSchema,
} from "../../shared/protocol/network.ts";
import { ok } from "../../shared/protocol/result.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Networks";
const params = z.object({ id: networkRef.describe("Full id or exact name of the network.") });
const answer = { network: networkDetailSchema };

/** Networks of the host, and which containers are in them. */
export function networksRoutes({ docker }: Pick<ApiDeps, "docker">) {
  const { networks } = docker;
  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
      await next();
    })
    .get(
      "/",
      described({ tag, summary: "List the networks", answer: { networks: z.array(networkSchema) } }),
      async (c) => c.json(ok({ networks: await networks.list() })),
    )
    .post(
      "/",
      described({ tag, summary: "Make a bridge network", answer, status: 201 }),
      validated("json", createNetworkRequest),
      async (c) => {
        const wanted = c.req.valid("json");
        c.set("auditTarget", wanted.name);
        return c.json(ok({ network: await networks.create(wanted) }), 201);
      },
    )
    .get("/:id", described({ tag, summary: "One network in full", answer }), validated("param", params), async (c) =>
      c.json(ok({ network: await networks.detail(c.req.valid("param").id) })),
    )
    .post(
      "/:id/connect",
      described({ tag, summary: "Put a container into a network", answer }),
      validated("param", params),
      validated("json", connectRequest),
      async (c) => {
        const { container, aliases } = c.req.valid("json");
        const [network, { id, name }] = await Promise.all([
          networks.detail(c.req.valid("param").id),
          docker.identify(container),
        ]);
        c.set("auditTarget", `${network.name} ${name}`);
        await networks.connect(network.id, id, { aliases });
        return c.json(ok({ network: await networks.detail(network.id) }));
      },
    )
    .post(
      "/:id/disconnect",
      described({ tag, summary: "Take a container out of a network", answer }),
      validated("param", params),
      validated("json", disconnectRequest),
      async (c) => {
        const { container, force } = c.req.valid("json");
        const [network, { id, name }] = await Promise.all([
          networks.detail(c.req.valid("param").id),
          docker.identify(container),
        ]);
        c.set("auditTarget", `${network.name} ${name}`);
        await networks.disconnect(network.id, id, { force });
        return c.json(ok({ network: await networks.detail(network.id) }));
      },
    )
    .delete(
      "/:id",
      described({ tag, summary: "Remove a network that no container belongs to" }),
      validated("param", params),
      async (c) => {
        const { id, name } = await networks.detail(c.req.valid("param").id);
        c.set("auditTarget", name);
        await networks.remove(id);
        return c.json(ok({}));
      },
    );
}
