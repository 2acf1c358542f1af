import { z } from "zod";
import { addRegistryRequest, registrySchema } from "../../shared/protocol/registry.ts";
import { ok } from "../../shared/protocol/result.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { addressOf } from "./registries.ts";

const tag = "Registries";
const params = z.object({ id: z.uuid() });

/** Log-ins at private registries; a password goes in and never comes out. */
export function registriesRoutes({ docker: { images }, registries }: Pick<ApiDeps, "docker" | "registries">) {
  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
      await next();
    })
    .get(
      "/",
      described({ tag, summary: "List the registries with a log-in", answer: { registries: z.array(registrySchema) } }),
      (c) => c.json(ok({ registries: registries.list() })),
    )
    .post(
      "/",
      described({
        tag,
        summary: "Log in to a registry",
        description: "The Engine tries the log-in first. It replaces an earlier one of the same host.",
        answer: { registry: registrySchema },
        status: 201,
      }),
      validated("json", addRegistryRequest),
      async (c) => {
        const login = c.req.valid("json");
        const { host, username, password } = login;
        c.set("auditTarget", host);
        await images.checkLogin({ username, password, serveraddress: addressOf(host) });
        c.get("stillAllowed")?.();
        return c.json(ok({ registry: registries.add(login) }), 201);
      },
    )
    .delete("/:id", described({ tag, summary: "Forget the log-in of a registry" }), validated("param", params), (c) => {
      c.set("auditTarget", registries.remove(c.req.valid("param").id).host);
      return c.json(ok({}));
    });
}
