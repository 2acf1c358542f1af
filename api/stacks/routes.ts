import type { Context } from "hono";
import { z } from "zod";
import { may } from "../../shared/protocol/access.ts";
import { chooseVersionBody, interruptedSaveParams } from "../../shared/protocol/file.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { queryNumber } from "../../shared/protocol/query-number.ts";
import { ok } from "../../shared/protocol/result.ts";
import {
  createStackBody,
  removeStackQuery,
  type StackVerb,
  stackDownBody,
  stackFileQuery,
  stackParams,
  stackUpBody,
  validateStackBody,
  writeStackEnvBody,
  writeStackFileBody,
} from "../../shared/protocol/stack.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { AppError } from "../../shared/server/errors.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { interruptedSaveSchema } from "../files/schemas.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { callerOf, createShares } from "../http/shares.ts";
import { validated } from "../http/validate.ts";
import { beginJob } from "../jobs/start-job.ts";
import { stackKey } from "../services/service-access.ts";
import type { StackWorkOptions } from "./jobs/stack-jobs.ts";
import {
  composeStateSchema,
  findingSchema,
  stackDetailSchema,
  stackEnvSchema,
  stackFileSchema,
  stackRevisionSchema,
  stackSchema,
} from "./schemas.ts";

const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Stacks", summary, ...more });
const asJob = (summary: string) => describe(summary, { answer: { job: jobSchema }, status: 202 });
const params = validated("param", stackParams);
const revisionParams = stackParams.extend({ id: queryNumber(1) });
const nothing = z.strictObject({});
/** One work at a time for each stack; a pull takes this alone, since it leaves the containers be. */
const filesKey = (name: string) => `stack files:${name}`;

/** Compose stacks: those found by their containers' labels, and those made here. */
export function stacksRoutes({ stackHost, jobs }: Pick<ApiDeps, "stackHost" | "jobs">) {
  const { stacks, compose, revisions, work } = stackHost;
  const checks = createShares({
    total: 16,
    perCaller: 2,
    waiting: 6,
    busy: "Too many compose files are being checked; try again in a moment.",
  });

  /** What takes its time is a job, one at a time for each stack. Refused at once: what a locked stack cannot do. */
  const act = async (c: Context<ApiEnv>, name: string, verb: StackVerb, options: StackWorkOptions = {}) => {
    c.set("auditTarget", name);
    const by = c.get("principal").name;
    const run = await work.prepare(name, verb, options, by);
    const job = beginJob(c, jobs, {
      kind: `stack:${verb}`,
      target: name,
      keys: { own: verb === "pull" ? [filesKey(name)] : [filesKey(name), stackKey(name)] },
      run,
    });
    return c.json(ok({ job }), 202);
  };

  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
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
      describe("Make a stack: its folder, compose file and variables", {
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
      describe("Look for Docker Compose on this host again", { answer: { compose: composeStateSchema } }),
      validated("json", nothing),
      async (c) => c.json(ok({ compose: await compose.look() })),
    )
    .post(
      "/validate",
      describe("Check a compose file", {
        description: "`thorough` asks Compose itself as well, for the file of a stack that can be changed.",
        answer: { findings: z.array(findingSchema) },
      }),
      validated("json", validateStackBody),
      async (c) => {
        const { content, name, thorough } = c.req.valid("json");
        // Compose reads what a file includes and extends, from anywhere: that is for those who may run it.
        if (thorough && !may(c.get("principal"), "stacks:manage")) {
          throw new AppError("forbidden", "To have Compose check a file needs the right to run it (stacks:manage).");
        }
        const check = () => stacks.check(content, name, thorough);
        return c.json(ok({ findings: await checks.run(callerOf(c), check, c.req.raw.signal) }));
      },
    )
    .get(
      "/:name",
      describe("One stack: its services and their containers", {
        answer: { stack: stackDetailSchema, engine: dependencySchema, compose: composeStateSchema },
      }),
      params,
      async (c) => c.json(ok(await stacks.detail(c.req.valid("param").name))),
    )
    .delete(
      "/:name",
      asJob("Take a stack of the panel's own down and delete its folder"),
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
      describe("Write a compose file of a stack; what it held before is kept", { answer: { file: stackFileSchema } }),
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
      describe("Saves of a stack's files that a crash or a full disk left half done", {
        answer: { saves: z.array(interruptedSaveSchema) },
      }),
      params,
      async (c) => c.json(ok({ saves: await stacks.interruptedSaves(c.req.valid("param").name) })),
    )
    .post(
      "/:name/saves/:id",
      describe("Choose the version a stack's file gets after an interrupted save"),
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
      describe("Earlier texts of a stack's files, newest first", {
        answer: { revisions: z.array(stackRevisionSchema) },
      }),
      params,
      (c) => c.json(ok({ revisions: revisions.list(c.req.valid("param").name) })),
    )
    .get(
      "/:name/revisions/:id",
      describe("One earlier text", { answer: { revision: stackRevisionSchema.extend({ content: z.string() }) } }),
      validated("param", revisionParams),
      (c) => {
        const { name, id } = c.req.valid("param");
        return c.json(ok({ revision: revisions.text(name, id) }));
      },
    )
    .get(
      "/:name/env",
      describe("Names of the variables beside the compose file", { answer: { env: stackEnvSchema } }),
      params,
      async (c) => c.json(ok({ env: await stacks.env(c.req.valid("param").name) })),
    )
    .put(
      "/:name/env",
      describe("Set and take out variables beside the compose file", { answer: { env: stackEnvSchema } }),
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
    .post("/:name/up", asJob("Bring a stack up"), params, validated("json", stackUpBody), (c) =>
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
