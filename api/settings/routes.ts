import { z } from "zod";
import { ok } from "../../shared/protocol/result.ts";
import {
  environmentVariableSchema,
  settingSchema,
  environmentWay as waySchema,
} from "../../shared/protocol/settings.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { environmentVariables, environmentWay } from "./environment.ts";

/** Reads of the settings: `/api/settings`. */
export const settingsRoutes = ({ settings }: Pick<ApiDeps, "settings">) =>
  createRoutes().get(
    "/",
    described({
      tag: "Settings",
      summary: "List the settings and the variables of the environment",
      answer: {
        settings: z.array(settingSchema),
        environment: z.array(environmentVariableSchema),
        way: waySchema.describe("How variables of the environment are changed on this server."),
      },
    }),
    (c) =>
      c.json(
        ok({
          settings: settings.list(),
          environment: environmentVariables(settings.config),
          way: environmentWay(),
        }),
      ),
  );
