import { createMask } from "../../shared/host/value-mask.ts";
import type { StackVerb } from "../../shared/protocol/stack.ts";
import type { ComposeOptions, ComposeVerb } from "../compose/arguments.ts";
import type { Compose } from "../compose/compose.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import { type OpenStack, toProject } from "./open-stack.ts";
import { readStep } from "./progress.ts";
import type { Revisions } from "./revisions.ts";
import type { Stacks } from "./stacks.ts";

export interface StackWorkOptions extends ComposeOptions {
  /** Pull newer images before `up`. */
  pull?: boolean;
}

export interface StackWorkDeps {
  stacks: Stacks;
  compose: Compose;
  revisions: Revisions;
}

/** What a job does for a verb, from the check of the files to the end. */
export function createStackWork({ stacks, compose, revisions }: StackWorkDeps) {
  const call = async (stack: OpenStack, verb: ComposeVerb, options: ComposeOptions, handle: JobHandle) => {
    const mask = createMask(await stacks.secrets(stack));
    await compose.run({
      ...{ verb, options, project: toProject(stack), signal: handle.signal },
      onLine: (line) => {
        const shown = mask(line);
        const step = readStep(shown);
        if (step) handle.step(step);
        handle.line(shown);
      },
    });
  };

  const up = async (stack: OpenStack, { pull, ...options }: StackWorkOptions, handle: JobHandle, by: string) => {
    // What is brought up is what is looked at now: a file changed meanwhile is told as changed afterwards.
    const texts = await stacks.texts(stack);
    await stacks.refuseBroken(stack, handle.signal);
    if (pull) await call(stack, "pull", {}, handle);
    await call(stack, "up", options, handle);
    for (const file of texts) revisions.keep("applied", stack.name, file, by);
  };

  /** Nothing of the stack is left running when its folder goes. */
  const remove = async (stack: OpenStack, options: StackWorkOptions, handle: JobHandle) => {
    const { stack: now } = await stacks.detail(stack.name);
    if (now.total > 0 || options.volumes) await call(stack, "down", options, handle);
    await stacks.removeFolder(stack);
  };

  return {
    async run(stack: OpenStack, verb: StackVerb, options: StackWorkOptions, handle: JobHandle, by: string) {
      if (verb === "up") await up(stack, options, handle, by);
      else if (verb === "remove") await remove(stack, options, handle);
      else await call(stack, verb, options, handle);
      return undefined;
    },
  };
}

export type StackWork = ReturnType<typeof createStackWork>;
