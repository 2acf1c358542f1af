import { createMask } from "../../../shared/docker/value-mask.ts";
import { maskText } from "../../../shared/logs/masking.ts";
import type { StackVerb } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { UpstreamError } from "../../../shared/server/upstream-error.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { JobHandle } from "../../jobs/jobs.ts";
import type { ComposeOptions, ComposeVerb } from "../compose/arguments.ts";
import type { Compose } from "../compose/compose.ts";
import { type OpenStack, toProject } from "../files/open-stack.ts";
import type { Revisions } from "../files/revisions.ts";
import type { StackTarget } from "../registry/registry.ts";
import type { Stacks } from "../stacks.ts";
import { type ContainerVerb, createContainerWork } from "./container-jobs.ts";
import { readStep } from "./progress.ts";

export interface StackWorkOptions extends ComposeOptions {
  /** Pull newer images before `up`. */
  pull?: boolean;
}

export interface StackWorkDeps {
  stacks: Stacks;
  compose: Compose;
  revisions: Revisions;
  docker: Pick<DockerEngine, "projects" | "act" | "remove" | "networks" | "volumes">;
}

type StackRun = (handle: JobHandle) => Promise<undefined>;

/** Lines behind the progress of Compose that tell why it failed. */
const LAST_LINES = 5;

/** What a job does for a verb, from the check of the files to the end. */
export function createStackWork({ stacks, compose, revisions, docker }: StackWorkDeps) {
  const containers = createContainerWork(docker);

  const call = async (stack: OpenStack, verb: ComposeVerb, options: ComposeOptions, handle: JobHandle) => {
    const mask = createMask(await stacks.secrets(stack));
    const last: string[] = [];
    const run = compose.run({
      verb,
      options,
      project: toProject(stack),
      signal: handle.signal,
      onLine: (line) => {
        const shown = mask(line);
        const step = readStep(shown);
        if (step) handle.step(step);
        else if (shown.trim() !== "" && last.push(shown) > LAST_LINES) last.shift();
        handle.line(shown);
      },
    });
    await run.catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== "conflict" || last.length === 0) throw error;
      const said = new UpstreamError(last.join("\n"));
      said.hide(mask);
      said.hide(maskText);
      throw new AppError(error.code, error.message, { cause: said });
    });
  };

  const up = async (stack: OpenStack, { pull, ...options }: StackWorkOptions, handle: JobHandle, by: string) => {
    await stacks.secrets(stack); // names the file when it cannot be read
    // What is brought up is what is looked at now: a file changed meanwhile is told as changed afterwards.
    const texts = await stacks.texts(stack);
    await stacks.refuseBroken(stack, handle.signal);
    if (pull) await call(stack, "pull", {}, handle);
    await call(stack, "up", options, handle);
    for (const file of texts) revisions.keep("applied", stack.name, file, by);
  };

  /**
   * Stops, restarts or takes down what runs, whatever the files have become. Compose does it where it can read them; where
   * it cannot, or where its output could not be masked, the containers are acted on one by one.
   */
  const end = async (target: StackTarget, verb: ContainerVerb, options: StackWorkOptions, handle: JobHandle) => {
    const direct = async (reason: string) => {
      handle.line(`${reason} Acting on the containers directly.`);
      await containers.run(target.name, verb, options, handle);
    };
    const { place, name } = target;
    if (!place || target.lock !== null) return direct("Docker Compose cannot be used for this stack.");
    const stack = { name, place };
    const hidden = await stacks.secrets(stack).then(...([() => undefined, toSentence] as const));
    if (hidden !== undefined) return direct(`${hidden} Output of Docker Compose could not be masked.`);
    try {
      await call(stack, verb, options, handle);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "conflict" || handle.signal.aborted) throw error;
      // It is most often the files that it objects to; what the Engine refuses, it refuses again and says so.
      await direct("Docker Compose ended with an error.");
    }
  };

  /** Nothing of the stack is left running when its folder goes, and nothing of another project's. */
  const remove = async (target: StackTarget, stack: OpenStack, options: StackWorkOptions, handle: JobHandle) => {
    await stacks.refuseShared(stack);
    const { stack: now, engine } = await stacks.detail(stack.name);
    if (engine.state !== "up") throw new AppError("upstream_unavailable", engine.hint ?? "The Engine does not answer.");
    if (now.total > 0 || options.volumes) await end(target, "down", options, handle);
    await stacks.refuseShared(stack);
    await stacks.removeFolder(stack);
  };

  return {
    /**
     * Looks at what there is, and resolves with what a job is to do.
     * @throws AppError `not_found`, `forbidden` (what a locked stack cannot do), `conflict` and `upstream_unavailable`
     * (deleting while another project runs from the folder, or while the Engine does not say).
     */
    async prepare(name: string, verb: StackVerb, options: StackWorkOptions, by: string): Promise<StackRun> {
      if (verb === "stop" || verb === "restart" || verb === "down") {
        const target = await stacks.target(name);
        const elsewhere = target.lock === "outside" || target.lock === "name";
        // Without its file it could not be brought up again from here.
        if (verb === "down" && elsewhere) await stacks.open(name);
        return async (handle) => void (await end(target, verb, options, handle));
      }
      const stack = await stacks.open(name);
      if (verb !== "remove") {
        return async (handle) => {
          if (verb === "up") await up(stack, options, handle, by);
          else await call(stack, verb, options, handle);
        };
      }
      if (!stack.place.own) throw new AppError("forbidden", "Only stacks made here are deleted here.");
      await stacks.refuseShared(stack);
      const target = await stacks.target(name);
      return async (handle) => void (await remove(target, stack, options, handle));
    },
  };
}

export type StackWork = ReturnType<typeof createStackWork>;

const toSentence = (error: unknown): string =>
  error instanceof AppError && error.code !== "internal" ? error.message : "The files of this stack cannot be read.";
