import { z } from "zod";
import { chooseVersionBody, interruptedSaveParams } from "../../shared/protocol/file.ts";
import {
  composeStateSchema,
  createStackBody,
  nameStackFolderBody,
  removeStackQuery,
  type StackVerb,
  stackDetailSchema,
  stackDownBody,
  stackEnvSchema,
  stackFileSchema,
  stackParams,
  stackUpBody,
  writeStackEnvBody,
  writeStackFileBody,
} from "../../shared/protocol/stack.ts";
import { type ActionTarget, type ApplyContext, action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";
import { stackKey } from "../services/service-access.ts";
import type { StackJobOptions, StackRun } from "./jobs/stack-jobs.ts";

/** Stacks belong to the whole host. */
const onHost = { tag: "Stacks", hostScope: true } as const;
const manage = { ...onHost, permission: "stacks:manage" } as const;
const onStack = { ...manage, params: stackParams } as const;
const noFields = z.strictObject({});
const MAX_DETAIL = 200;

interface Named {
  params: { name: string };
}

/** A stack whose files change. */
const stackTarget = hostTarget(({ params }: Named) => params.name);

/** Each stack runs one job at a time. A pull takes only this lock: it does not touch containers. */
const filesKey = (name: string) => `stack files:${name}`;

/**
 * The job of a verb on a stack, prepared: what a read-only stack cannot do is refused before a job starts.
 *
 * @param optionsOf Options of the verb in the request; none by default.
 */
const jobTarget = <Input extends Named>(
  verb: StackVerb,
  optionsOf: (input: Input) => StackJobOptions = () => ({}),
): ActionTarget<Input, StackRun> => ({
  resolve: (input, { deps, principal }) =>
    deps.stackHost.jobs.prepare(input.params.name, verb, optionsOf(input), principal.name),
  label: (_run, { params }) => params.name,
  inputLabel: ({ params }) => params.name,
  locks: (_run, { params: { name } }) => ({
    exclusive: verb === "pull" ? [filesKey(name)] : [filesKey(name), stackKey(name)],
  }),
});

const runJob = async (_input: unknown, { subject: run, job }: ApplyContext<StackRun>) => {
  await run(job);
  return {};
};

/** A verb of Compose on a stack, as a job. */
const stackJob = { ...onStack, mode: "enqueue", apply: runJob } as const;

const createStack = action({
  ...manage,
  name: "stack:create",
  method: "POST",
  path: "/stacks",
  title: "Create a stack with its folder, compose file and variables",
  body: createStackBody,
  mode: "respond",
  status: 201,
  result: { stack: stackDetailSchema },
  target: hostTarget(({ body }: { body: { name: string } }) => body.name),
  apply: async ({ body: { name, content, env } }, { deps: { stackHost } }) => {
    await stackHost.stacks.create(name, content, env);
    return { stack: (await stackHost.stacks.detail(name)).stack };
  },
});

const detectCompose = action({
  ...onHost,
  name: "stack:look-for-compose",
  method: "POST",
  path: "/stacks/look",
  title: "Detect Docker Compose on this host again",
  permission: "stacks:view",
  body: noFields,
  mode: "respond",
  result: { compose: composeStateSchema },
  target: hostTarget(() => "Docker Compose"),
  apply: async (_input, { deps }) => ({ compose: await deps.stackHost.compose.detect() }),
});

const writeFile = action({
  ...onStack,
  name: "stack:write",
  method: "PUT",
  path: "/stacks/:name/file",
  title: "Write a compose file of a stack and store the previous text as a revision",
  body: writeStackFileBody,
  mode: "respond",
  result: { file: stackFileSchema },
  target: stackTarget,
  apply: async ({ params: { name }, body: { file, content, etag, allowHardLinks } }, { deps, principal }) => ({
    file: await deps.stackHost.stacks.writeFile(name, file, content, etag, principal.name, allowHardLinks),
  }),
});

const chooseVersion = action({
  ...manage,
  name: "stack:choose-version",
  method: "POST",
  path: "/stacks/:name/saves/:id",
  title: "Resolve an interrupted save of a stack's file with one of its versions",
  params: stackParams.extend(interruptedSaveParams.shape),
  body: chooseVersionBody,
  mode: "respond",
  target: stackTarget,
  apply: async ({ params: { name, id }, body: { version } }, { deps }) => {
    await deps.stackHost.stacks.chooseVersion(name, id, version);
    return {};
  },
});

const writeVariables = action({
  ...onStack,
  name: "stack:variables",
  method: "PUT",
  path: "/stacks/:name/env",
  title: "Set and remove variables of a stack",
  body: writeStackEnvBody,
  mode: "respond",
  result: { env: stackEnvSchema },
  target: stackTarget,
  // Names only: values never leave the server.
  detail: ({ body: { set, remove } }) => [...Object.keys(set), ...remove].join(", ").slice(0, MAX_DETAIL),
  apply: async ({ params: { name }, body }, { deps }) => ({ env: await deps.stackHost.stacks.writeEnv(name, body) }),
});

/** Not while a job acts on the stack by the files that it has now. */
const folderTarget = hostTarget(
  ({ params }: Named) => params.name,
  ({ params: { name } }) => ({ exclusive: [filesKey(name), stackKey(name)] }),
);
/** Which files a stack is deployed from is up to administrators. */
const onFolder = {
  ...onHost,
  permission: "settings:manage",
  params: stackParams,
  path: "/stacks/:name/folder",
  mode: "respond",
  target: folderTarget,
} as const;

const nameFolder = action({
  ...onFolder,
  name: "stack:name-folder",
  method: "PUT",
  title: "Name the folder of a stack that was made elsewhere",
  body: nameStackFolderBody,
  detail: ({ body }) => body.folder.slice(0, MAX_DETAIL),
  apply: async ({ params: { name }, body: { folder } }, { deps, principal }) => {
    await deps.stackHost.stacks.nameFolder(name, folder, principal.name);
    return {};
  },
});

const forgetFolder = action({
  ...onFolder,
  name: "stack:forget-folder",
  method: "DELETE",
  title: "Forget the folder that was named for a stack; its files stay",
  apply: async ({ params: { name } }, { deps }) => {
    deps.stackHost.stacks.forgetFolder(name);
    return {};
  },
});

const deployStack = action({
  ...stackJob,
  name: "stack:up",
  method: "POST",
  path: "/stacks/:name/up",
  title: "Deploy a stack (up)",
  body: stackUpBody,
  target: jobTarget("up", ({ body }: Named & { body: StackJobOptions }) => body),
});

const takeStackDown = action({
  ...stackJob,
  name: "stack:down",
  method: "POST",
  path: "/stacks/:name/down",
  title: "Take a stack down: remove its containers and networks",
  body: stackDownBody,
  target: jobTarget("down", ({ body }: Named & { body: StackJobOptions }) => body),
});

const startStack = action({
  ...stackJob,
  name: "stack:start",
  method: "POST",
  path: "/stacks/:name/start",
  title: "Start the containers of a stack",
  body: noFields,
  target: jobTarget("start"),
});

const stopStack = action({
  ...stackJob,
  name: "stack:stop",
  method: "POST",
  path: "/stacks/:name/stop",
  title: "Stop a stack",
  body: noFields,
  target: jobTarget("stop"),
});

const restartStack = action({
  ...stackJob,
  name: "stack:restart",
  method: "POST",
  path: "/stacks/:name/restart",
  title: "Restart a stack",
  body: noFields,
  target: jobTarget("restart"),
});

const pullImages = action({
  ...stackJob,
  name: "stack:pull",
  method: "POST",
  path: "/stacks/:name/pull",
  title: "Pull the images of a stack",
  body: noFields,
  target: jobTarget("pull"),
});

const removeStack = action({
  ...stackJob,
  name: "stack:remove",
  method: "DELETE",
  path: "/stacks/:name",
  title: "Take a managed stack down and delete its folder",
  query: removeStackQuery,
  target: jobTarget("remove", ({ query }: Named & { query: StackJobOptions }) => query),
});

export const stackActions = [
  createStack,
  detectCompose,
  writeFile,
  chooseVersion,
  writeVariables,
  nameFolder,
  forgetFolder,
  deployStack,
  takeStackDown,
  startStack,
  stopStack,
  restartStack,
  pullImages,
  removeStack,
] as const;
