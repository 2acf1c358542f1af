import { z } from "zod";
import { registrySchema } from "../../shared/protocol/registry.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";

const tag = "Registries";

/** Reads of the log-ins at private registries. No response holds a password. Changes are in `registry-actions.ts`. */
export function registriesRoutes({ registries }: Pick<ApiDeps, "registries">) {
  return createRoutes().get(
    "/",
    described({ tag, summary: "List the registries with a log-in", answer: { registries: z.array(registrySchema) } }),
    (c) => c.json(ok({ registries: registries.list() })),
  );
}
