import { z } from "zod";
import { MEBIBYTES_MAX } from "./alert-kinds.ts";
import { hasControlCharacter } from "./control-character.ts";
import { deploymentSchema } from "./deployment.ts";
import { MAX_INSTANCES } from "./deployment-limits.ts";
import {
  interpreterNames,
  isAmbiguousName,
  KILL_TIMEOUT,
  MAX_ARGUMENTS,
  MAX_INPUT,
  MAX_VARIABLES,
  MEMORY_MIN,
  mayBeVariable,
  PROCESS_NAME_MAX,
} from "./process-create-limits.ts";
import { daemonKey } from "./process-list.ts";
import { dependencySchema } from "./system.ts";

/** Text that is passed to a program. */
const word = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes("\0"), "must not hold NUL");
const path = word(4096).min(1);
const absolutePath = path.regex(/^\//, "must be an absolute path");
const oneLine = z
  .string()
  .min(1)
  .max(PROCESS_NAME_MAX)
  .refine((text) => !hasControlCharacter(text), "must not hold control characters")
  .refine((text) => text.trim() === text, "must not begin or end with a space");

/** Name of a new process. */
export const newProcessName = oneLine.refine(
  (name) => !isAmbiguousName(name),
  "must not be `all` or a number, or begin with `-` or `/`: PM2's commands take these for something else",
);
export const newProcessNamespace = oneLine.refine(
  (name) => !isAmbiguousName(name),
  "must not be `all` or a number, or begin with `-` or `/`: PM2's commands take these for something else",
);

const variableName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a variable name")
  .refine(mayBeVariable, "is the name of a setting of PM2, which would change");

const draft = z.strictObject({
  script: path.describe(
    "File to run, absolute or relative to the working directory. Without a `/`, also a command in the search path.",
  ),
  args: z.array(word(32_768)).max(MAX_ARGUMENTS).default([]).describe("Passed as they are: there is no shell."),
  interpreter: z
    .enum(interpreterNames)
    .or(absolutePath)
    .default("auto")
    .describe("`auto` chooses by the ending of the script, `none` runs it as a program; or an absolute path."),
  interpreterArgs: z.array(word(4096)).max(64).default([]).describe("Before the script, such as `run --allow-net`."),
  cwd: absolutePath.describe("Working directory."),
  mode: z.enum(["fork", "cluster"]).default("fork").describe("`cluster`: for Node.js, by the Node.js of PM2's daemon."),
  instances: z.int().min(1).max(MAX_INSTANCES).default(1),
  maxMemoryMebibytes: z
    .int()
    .min(MEMORY_MIN)
    .max(MEBIBYTES_MAX)
    .nullable()
    .default(null)
    .describe("PM2 restarts a process that uses more. It looks every 30 s."),
  cron: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe("When PM2 restarts it, as a cron pattern of five or six fields in the time zone of PM2's daemon."),
  autorestart: z.boolean().default(true).describe("Start it again when it ends."),
  killTimeoutMs: z.int().min(KILL_TIMEOUT.min).max(KILL_TIMEOUT.max).default(KILL_TIMEOUT.usual),
  logs: z
    .strictObject({
      files: z
        .enum(["two", "one", "none"])
        .default("two")
        .describe("Output and errors apart, in one file, or nowhere."),
      json: z.boolean().default(false),
      timestamps: z.boolean().default(false),
    })
    .default({ files: "two", json: false, timestamps: false }),
  startDaemon: z.boolean().default(false).describe("Start PM2's daemon when it does not run."),
});

const isSmall = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0) <= MAX_INPUT;

/** `PUT /api/deployments/:id`. Values of the environment are never sent back. */
export const createDeploymentBody = draft
  .extend({
    environment: z
      .record(variableName, word(32_768))
      .refine((map) => Object.keys(map).length <= MAX_VARIABLES, "has too many entries")
      .default({}),
  })
  .refine(({ args, environment }) => isSmall([...args, ...Object.entries(environment).flat()]), {
    path: ["args"],
    message: "is too long, together with the environment",
  });
export type CreateDeployment = z.output<typeof createDeploymentBody>;

/** `POST /api/process-list/preview`: the same by name, with the names of the variables only. */
export const previewDeploymentBody = draft
  .extend({
    daemon: daemonKey,
    name: newProcessName,
    namespace: newProcessNamespace.default("default"),
    variables: z.array(variableName).max(MAX_VARIABLES).default([]),
  })
  .refine(({ args }) => isSmall(args), { path: ["args"], message: "is too long" });
export type PreviewDeployment = Omit<z.output<typeof previewDeploymentBody>, "daemon">;

export type ProcessDraft = z.output<typeof draft>;
export type ProcessDraftField = keyof ProcessDraft | "name" | "environment";

const problem = z.object({
  field: z.string().describe("Field of the request."),
  message: z.string().describe("One sentence."),
});

/** What would run. */
export const deploymentPreviewSchema = z.object({
  id: z.string().describe("Id of the new deployment."),
  user: z.string().describe("Name of the user it runs as."),
  daemon: dependencySchema,
  argv: z
    .array(z.string())
    .describe("Program and arguments. PM2 loads a script for Node.js or Bun through a file of its own."),
  cwd: z.string(),
  interpreter: z
    .object({ path: z.string(), version: z.string().nullable().describe("Null: unknown; another program is not run.") })
    .nullable()
    .describe("Null: the script is a program, or the interpreter is missing."),
  variables: z.array(z.object({ name: z.string(), added: z.boolean().describe("By the panel, not by the request.") })),
  restarts: z.array(z.iso.datetime()).describe("Next times of the cron pattern, three at most."),
  ecosystem: z.string().describe("The same as an entry of PM2's ecosystem file, without values."),
  problems: z.array(problem).describe("Why it cannot be created."),
  notes: z.array(z.string()).describe("Sentences about what may not be as expected."),
});
export type DeploymentPreview = z.infer<typeof deploymentPreviewSchema>;

/** `GET /api/process-list/interpreters`. */
export const processHostSchema = z.object({
  user: z.string(),
  home: z.string().describe("Home folder of the user: where a process runs unless said otherwise."),
  interpreters: z.array(
    z.object({
      name: z.enum(interpreterNames),
      path: z.string().nullable().describe("Null: not installed."),
      version: z.string().nullable(),
    }),
  ),
});
export type ProcessHostInfo = z.infer<typeof processHostSchema>;

export const createdDeploymentSchema = { deployment: deploymentSchema, notes: z.array(z.string()) };
