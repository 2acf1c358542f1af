import { z } from "zod";
import { may } from "../../shared/protocol/access.ts";
import { interruptedSaveSchema } from "../../shared/protocol/file.ts";
import { queryNumber } from "../../shared/protocol/query-number.ts";
import { ok } from "../../shared/protocol/result.ts";
import {
  composeStateSchema,
  findingSchema,
  stackDetailSchema,
  stackEnvSchema,
  stackFileQuery,
  stackFileSchema,
  stackParams,
  stackRevisionSchema,
  stackSchema,
  validateStackBody,
} from "../../shared/protocol/stack.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { stackErrors } from "./messages.ts";

const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Stacks", summary, ...more });
const params = validated("param", stackParams);
const revisionParams = stackParams.extend({ id: queryNumber(1) });

/** Reads of Compose stacks, found by labels of containers or by their folders: `/api/stacks`. */
export function stacksRoutes({ stackHost }: Pick<ApiDeps, "stackHost">) {
  const { stacks, revisions } = stackHost;
  const checks = createConcurrencyLimit({
    total: 16,
    perCaller: 2,
    queue: 6,
    message: stackErrors.tooManyChecks,
  });

  return createRoutes()
    .get(
      "/",
      describe("List the stacks of this host", {
        answer: {
          stacks: z.array(stackSchema),
          engine: dependencySchema,
          compose: composeStateSchema,
          complete: z.boolean(),
        },
      }),
      async (c) => c.json(ok(await stacks.list())),
    )
    .post(
      "/validate",
      describe("Check a compose file", {
        description:
          "With `thorough`, Compose checks the file as well, if it belongs to a stack that is not read-only.",
        answer: { findings: z.array(findingSchema) },
      }),
      validated("json", validateStackBody),
      async (c) => {
        const { content, name, thorough } = c.req.valid("json");
        // Compose reads included and extended files from anywhere: only callers who may run it may do that.
        if (thorough && !may(c.get("principal"), "stacks:manage")) {
          throw new AppError("forbidden", stackErrors.thoroughNeedsManage);
        }
        const check = () => stacks.check(content, name, thorough);
        return c.json(ok({ findings: await checks.run(callerOf(c), check, c.req.raw.signal) }));
      },
    )
    .get(
      "/:name",
      describe("Get a stack with its services and their containers", {
        answer: { stack: stackDetailSchema, engine: dependencySchema, compose: composeStateSchema },
      }),
      params,
      async (c) => c.json(ok(await stacks.detail(c.req.valid("param").name))),
    )
    .get(
      "/:name/file",
      describe("Read a compose file of a stack", { answer: { file: stackFileSchema } }),
      params,
      validated("query", stackFileQuery),
      async (c) => c.json(ok({ file: await stacks.readFile(c.req.valid("param").name, c.req.valid("query").file) })),
    )
    .get(
      "/:name/saves",
      describe("List interrupted saves of a stack's files", {
        answer: { saves: z.array(interruptedSaveSchema) },
      }),
      params,
      async (c) => c.json(ok({ saves: await stacks.interruptedSaves(c.req.valid("param").name) })),
    )
    .get(
      "/:name/revisions",
      describe("List earlier versions of a stack's files, newest first", {
        answer: { revisions: z.array(stackRevisionSchema) },
      }),
      params,
      (c) => c.json(ok({ revisions: revisions.list(c.req.valid("param").name) })),
    )
    .get(
      "/:name/revisions/:id",
      describe("Get an earlier version of a file", {
        answer: { revision: stackRevisionSchema.extend({ content: z.string() }) },
      }),
      validated("param", revisionParams),
      (c) => {
        const { name, id } = c.req.valid("param");
        return c.json(ok({ revision: revisions.text(name, id) }));
      },
    )
    .get(
      "/:name/env",
      describe("List the names of a stack's variables", { answer: { env: stackEnvSchema } }),
      params,
      async (c) => c.json(ok({ env: await stacks.env(c.req.valid("param").name) })),
    );
}
