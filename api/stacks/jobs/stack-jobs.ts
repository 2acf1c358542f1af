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
import { jobLines, stackErrors } from "../messages.ts";
import type { StackTarget } from "../registry/registry.ts";
import type { Stacks } from "../stacks.ts";
import { type ContainerVerb, createContainerJobs } from "./container-jobs.ts";
import { readStep } from "./progress.ts";

export interface StackJobOptions extends ComposeOptions {
  /** Pull newer images before `up`. */
  pull?: boolean;
}

export interface StackJobDeps {
  stacks: Stacks;
  compose: Compose;
  revisions: Revisions;
  docker: Pick<DockerEngine, "projects" | "act" | "remove" | "networks" | "volumes">;
}

/** Runs the prepared work of a verb inside its job. */
export type StackRun = (handle: JobHandle) => Promise<undefined>;

/** Last lines of Compose's output, without progress, that are shown as the reason of a failure. */
const MAX_REASON_LINES = 5;

/** What the job of each verb does, from the check of the files to the end. */
export function createStackJobs({ stacks, compose, revisions, docker }: StackJobDeps) {
  const containers = createContainerJobs(docker);

  const runCompose = async (stack: OpenStack, verb: ComposeVerb, options: ComposeOptions, handle: JobHandle) => {
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
        else if (shown.trim() !== "" && last.push(shown) > MAX_REASON_LINES) last.shift();
        handle.line(shown);
      },
    });
    await run.catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== "conflict" || last.length === 0) throw error;
      const cause = new UpstreamError(last.join("\n"));
      cause.hide(mask);
      cause.hide(maskText);
      throw new AppError(error.code, error.message, { cause });
    });
  };

  const up = async (stack: OpenStack, { pull, ...options }: StackJobOptions, handle: JobHandle, by: string) => {
    await stacks.secrets(stack); // throws the error that names the file before anything runs
    // The texts read now are stored as deployed: a file that changes meanwhile counts as changed afterwards.
    const texts = await stacks.texts(stack);
    await stacks.refuseBroken(stack, handle.signal);
    if (pull) await runCompose(stack, "pull", {}, handle);
    await runCompose(stack, "up", options, handle);
    for (const file of texts) revisions.keep("applied", stack.name, file, by);
  };

  /**
   * Starts, stops, restarts or takes down the containers of a stack, whatever the state of its files. Uses Compose when it accepts the files
   * and its output can be masked; otherwise acts on the containers one by one.
   */
  const actOnContainers = async (
    target: StackTarget,
    verb: ContainerVerb,
    options: StackJobOptions,
    handle: JobHandle,
  ) => {
    const actDirectly = async (reason: string) => {
      handle.line(jobLines.actingDirectly(reason));
      await containers.run(target.name, verb, options, handle);
    };
    const { location, name } = target;
    if (!location || target.readOnlyReason !== null) return actDirectly(jobLines.composeUnusable);
    const stack = { name, location };
    const secretsFault = await faultOf(stacks.secrets(stack));
    if (secretsFault !== undefined) return actDirectly(jobLines.outputNotMasked(secretsFault));
    try {
      await runCompose(stack, verb, options, handle);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "conflict" || handle.signal.aborted) throw error;
      // Compose usually rejects the files. A refusal by the Engine repeats below and is reported then.
      await actDirectly(jobLines.composeFailed);
    }
  };

  /** Deletes the folder only when no container of the stack is left and no other project uses the folder. */
  const remove = async (target: StackTarget, stack: OpenStack, options: StackJobOptions, handle: JobHandle) => {
    await stacks.refuseShared(stack);
    const { stack: now, engine } = await stacks.detail(stack.name);
    if (engine.state !== "up") {
      throw new AppError("upstream_unavailable", engine.hint ?? stackErrors.engineUnavailable);
    }
    if (now.total > 0 || options.volumes) await actOnContainers(target, "down", options, handle);
    await stacks.refuseShared(stack);
    await stacks.removeFolder(stack);
  };

  return {
    /**
     * Checks whether a verb is possible and returns the function that a job runs.
     * @param by Name of the caller, stored with the deployed files.
     * @throws AppError `not_found`, `forbidden` (not possible for a read-only stack), `conflict` (deleting while another
     * project uses the folder), `upstream_unavailable` (deleting while the Engine does not respond).
     */
    async prepare(name: string, verb: StackVerb, options: StackJobOptions, by: string): Promise<StackRun> {
      if (verb === "start" || verb === "stop" || verb === "restart" || verb === "down") {
        const target = await stacks.target(name);
        const elsewhere = target.readOnlyReason === "outside" || target.readOnlyReason === "name";
        // Without its file the stack could not be deployed again from here.
        if (verb === "down" && elsewhere) await stacks.open(name);
        return async (handle) => void (await actOnContainers(target, verb, options, handle));
      }
      const stack = await stacks.open(name);
      if (verb !== "remove") {
        return async (handle) => {
          if (verb === "up") await up(stack, options, handle, by);
          else await runCompose(stack, verb, options, handle);
        };
      }
      if (!stack.location.managed) throw new AppError("forbidden", stackErrors.deleteManagedOnly);
      await stacks.refuseShared(stack);
      const target = await stacks.target(name);
      return async (handle) => void (await remove(target, stack, options, handle));
    },
  };
}

export type StackJobs = ReturnType<typeof createStackJobs>;

/** The sentence a caller may read about a failed read; undefined when it succeeds. */
const faultOf = (read: Promise<unknown>): Promise<string | undefined> =>
  read.then(
    () => undefined,
    (error: unknown) =>
      error instanceof AppError && error.code !== "internal" ? error.message : stackErrors.filesUnreadable,
  );
