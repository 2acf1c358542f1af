import type { Context } from "hono";
import { z } from "zod";
import { may } from "../../shared/protocol/access.ts";
import { chooseVersionBody, interruptedSaveParams, interruptedSaveSchema } from "../../shared/protocol/file.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { queryNumber } from "../../shared/protocol/query-number.ts";
import { ok } from "../../shared/protocol/result.ts";
import {
  composeStateSchema,
  createStackBody,
  findingSchema,
  removeStackQuery,
  type StackVerb,
  stackDetailSchema,
  stackDownBody,
  stackEnvSchema,
  stackFileQuery,
  stackFileSchema,
  stackParams,
  stackRevisionSchema,
  stackSchema,
  stackUpBody,
  validateStackBody,
  writeStackEnvBody,
  writeStackFileBody,
} from "../../shared/protocol/stack.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import { requireHostScope } from "../access/identity/host-scope.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { callerOf, createShares } from "../http/shares.ts";
import { validated } from "../http/validate.ts";
import { startJob } from "../jobs/start-job.ts";
import { stackKey } from "../services/service-access.ts";
import type { StackJobOptions } from "./jobs/stack-jobs.ts";
import { stackErrors } from "./messages.ts";

const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Stacks", summary, ...more });
const asJob = (summary: string) => describe(summary, { answer: { job: jobSchema }, status: 202 });
const params = validated("param", stackParams);
const revisionParams = stackParams.extend({ id: queryNumber(1) });
const nothing = z.strictObject({});
/** Each stack runs one job at a time. A pull takes only this lock: it does not touch containers. */
const filesKey = (name: string) => `stack files:${name}`;

/** Compose stacks, found by labels of containers or by their folders: `/api/stacks`. */
export function stacksRoutes({ stackHost, jobs }: Pick<ApiDeps, "stackHost" | "jobs">) {
  const { stacks, compose, revisions } = stackHost;
  const checks = createShares({
    total: 16,
    perCaller: 2,
    waiting: 6,
    busy: stackErrors.tooManyChecks,
  });

  /** Starts the job of a verb, one at a time for each stack. What a read-only stack cannot do is refused without a job. */
  const act = async (c: Context<ApiEnv>, name: string, verb: StackVerb, options: StackJobOptions = {}) => {
    c.set("auditTarget", name);
    const by = c.get("principal").name;
    const run = await stackHost.jobs.prepare(name, verb, options, by);
    const job = startJob(c, jobs, {
      kind: `stack:${verb}`,
      target: name,
      locks: { exclusive: verb === "pull" ? [filesKey(name)] : [filesKey(name), stackKey(name)] },
      run,
    });
    return c.json(ok({ job }), 202);
  };

  return createRoutes()
    .use(async (c, next) => {
      requireHostScope(c);
      await next();
    })
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
      "/",
      describe("Create a stack with its folder, compose file and variables", {
        answer: { stack: stackDetailSchema },
        status: 201,
      }),
      validated("json", createStackBody),
      async (c) => {
        const { name, content, env } = c.req.valid("json");
        c.set("auditTarget", name);
        await stacks.create(name, content, env);
        return c.json(ok({ stack: (await stacks.detail(name)).stack }), 201);
      },
    )
    .post(
      "/look",
      describe("Detect Docker Compose on this host again", { answer: { compose: composeStateSchema } }),
      validated("json", nothing),
      async (c) => c.json(ok({ compose: await compose.detect() })),
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
    .delete(
      "/:name",
      asJob("Take a managed stack down and delete its folder"),
      params,
      validated("query", removeStackQuery),
      (c) => act(c, c.req.valid("param").name, "remove", c.req.valid("query")),
    )
    .get(
      "/:name/file",
      describe("Read a compose file of a stack", { answer: { file: stackFileSchema } }),
      params,
      validated("query", stackFileQuery),
      async (c) => c.json(ok({ file: await stacks.readFile(c.req.valid("param").name, c.req.valid("query").file) })),
    )
    .put(
      "/:name/file",
      describe("Write a compose file of a stack and store the previous text as a revision", {
        answer: { file: stackFileSchema },
      }),
      params,
      validated("json", writeStackFileBody),
      async (c) => {
        const { name } = c.req.valid("param");
        const { file, content, etag, allowHardLinks } = c.req.valid("json");
        c.set("auditTarget", name);
        const by = c.get("principal").name;
        const written = await stacks.writeFile(name, file, content, etag, by, allowHardLinks);
        return c.json(ok({ file: written }));
      },
    )
    .get(
      "/:name/saves",
      describe("List interrupted saves of a stack's files", {
        answer: { saves: z.array(interruptedSaveSchema) },
      }),
      params,
      async (c) => c.json(ok({ saves: await stacks.interruptedSaves(c.req.valid("param").name) })),
    )
    .post(
      "/:name/saves/:id",
      describe("Resolve an interrupted save of a stack's file with one of its versions"),
      validated("param", stackParams.extend(interruptedSaveParams.shape)),
      validated("json", chooseVersionBody),
      async (c) => {
        const { name, id } = c.req.valid("param");
        c.set("auditTarget", name);
        await stacks.chooseVersion(name, id, c.req.valid("json").version);
        return c.json(ok({}));
      },
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
    )
    .put(
      "/:name/env",
      describe("Set and remove variables of a stack", { answer: { env: stackEnvSchema } }),
      params,
      validated("json", writeStackEnvBody),
      async (c) => {
        const { name } = c.req.valid("param");
        const change = c.req.valid("json");
        c.set("auditTarget", name);
        c.set("auditDetail", [...Object.keys(change.set), ...change.remove].join(", ").slice(0, 200));
        return c.json(ok({ env: await stacks.writeEnv(name, change) }));
      },
    )
    .post("/:name/up", asJob("Deploy a stack (up)"), params, validated("json", stackUpBody), (c) =>
      act(c, c.req.valid("param").name, "up", c.req.valid("json")),
    )
    .post(
      "/:name/down",
      asJob("Take a stack down: remove its containers and networks"),
      params,
      validated("json", stackDownBody),
      (c) => act(c, c.req.valid("param").name, "down", c.req.valid("json")),
    )
    .post("/:name/stop", asJob("Stop a stack"), params, validated("json", nothing), (c) =>
      act(c, c.req.valid("param").name, "stop"),
    )
    .post("/:name/restart", asJob("Restart a stack"), params, validated("json", nothing), (c) =>
      act(c, c.req.valid("param").name, "restart"),
    )
    .post("/:name/pull", asJob("Pull the images of a stack"), params, validated("json", nothing), (c) =>
      act(c, c.req.valid("param").name, "pull"),
    );
}
