import { createSignal, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { DeploymentDetails } from "../../../../shared/protocol/deployment-details.ts";
import { api } from "../../lib/api.ts";
import { formatAgo, formatBytes } from "../../lib/format.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createResourceActions } from "../../resource/resource-actions.ts";
import { Button, Callout, Card } from "../../ui/index.ts";
import { LogRotationDialog } from "./LogRotationDialog.tsx";
import { rotationMessages as texts } from "./messages.ts";

/** The panel's own rotation of an app's log files: off until somebody turns it on. */
export function LogRotationCard(props: { deployment: Deployment; details: DeploymentDetails }) {
  const session = useSession();
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const [isOpen, setOpen] = createSignal(false);
  const rotation = () => props.details.panelRotation;
  const refetch = () => invalidate(queryKeys.deploymentDetails(props.deployment.id));
  const { pending, runJob } = createResourceActions<Deployment, "rotate">({
    id: ({ id }) => id,
    done: () => texts.rotated,
    refetch,
    followJob: (job) => jobs.started(job),
  });
  const isAllowed = () => session.may("deployments:remove") && rotation().refusal === null;
  const state = () => {
    const { setting, refusal } = rotation();
    if (setting) return texts.on(formatBytes(setting.maxBytes), setting.kept, setting.compress);
    return refusal ?? texts.off;
  };
  return (
    <Card title={texts.title}>
      <p>{state()}</p>
      <Show when={rotation().setting && rotation().refusal}>{(refusal) => <p>{texts.paused(refusal())}</p>}</Show>
      <Show when={rotation().rotatedAt}>{(at) => <p class="faint">{texts.rotatedAt(formatAgo(at()))}</p>}</Show>
      <Show when={rotation().problem}>{(problem) => <Callout tone="warn">{problem()}</Callout>}</Show>
      <Show when={rotation().refusal === null || rotation().setting}>
        <div class="row">
          <Button size="sm" disabled={!session.may("deployments:remove")} onClick={() => setOpen(true)}>
            {texts.change}
          </Button>
          <Show when={rotation().setting}>
            <Button
              size="sm"
              disabled={!isAllowed() || pending(props.deployment) !== undefined}
              onClick={() => void runJob(props.deployment, "rotate", () => api.deployments.rotate(props.deployment.id))}
            >
              {texts.now}
            </Button>
          </Show>
        </div>
      </Show>
      <Show when={isOpen()}>
        <LogRotationDialog
          deployment={props.deployment}
          rotation={rotation()}
          refetch={refetch}
          onClose={() => setOpen(false)}
        />
      </Show>
    </Card>
  );
}
