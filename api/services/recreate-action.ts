import { recreateBody } from "../../shared/protocol/service-change.ts";
import { action } from "../actions/action.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import { phaseLabels, type RecreatePhase } from "../updates/recreate/recreate-phases.ts";
import { notifyState, serviceParams, serviceTarget } from "./service-target.ts";

/** Shows the phases of a recreation as the steps of a job: the one before ends when the next begins. */
export function createPhaseSteps(step: JobHandle["step"]) {
  let phase: RecreatePhase | undefined;
  const enter = (next: RecreatePhase | undefined, ended: string) => {
    if (phase) step({ id: phase, label: phaseLabels[phase], state: ended });
    phase = next;
    if (next) step({ id: next, label: phaseLabels[next], state: "at work" });
  };
  return {
    /** A phase begins. The phase before a restore has failed. */
    enter: (next: RecreatePhase) => enter(next, next === "restore" ? "failed" : "done"),
    succeed: () => enter(undefined, "done"),
    /** A restore that was reached has worked. */
    fail: () => enter(undefined, phase === "restore" ? "done" : "failed"),
  };
}

export const recreateService = action({
  name: "service:recreate",
  method: "POST",
  path: "/services/:id/recreate",
  title: "Recreate a container with the same configuration",
  tag: "Containers",
  description:
    "Keeps the old container as a backup until the new one runs (or is healthy, where it has a health check), and restores it when that fails. With `image`, uses another image of the host.",
  permission: "services:control",
  hostScope: ({ body }) => body.image !== undefined,
  params: serviceParams,
  body: recreateBody,
  mode: "enqueue",
  target: serviceTarget,
  detail: ({ body }) => (body.image === undefined ? undefined : `of ${body.image}`),
  apply: async ({ body: { image } }, { subject, deps, job: { signal, step } }) => {
    const steps = createPhaseSteps(step);
    try {
      const recreated = await deps.docker.lifecycle.recreate(subject.id, { image, signal, onPhase: steps.enter });
      steps.succeed();
      return recreated;
    } catch (error) {
      steps.fail();
      throw error;
    }
  },
  notify: async ({ verb, subject, result, error }, { deps }) => {
    if (error !== undefined) return notifyState(deps.realtime, subject, subject.state, verb);
    const service = await deps.docker.detail(String(result?.id));
    notifyState(deps.realtime, service, service.state, verb);
  },
});
