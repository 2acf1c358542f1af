import X from "lucide-solid/icons/x";
import { createSignal, Show } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, IconButton, Status } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { jobStateDisplay, jobTitle } from "../jobs/job-labels.ts";
import { stackMessages } from "./messages.ts";
import type { StackActions } from "./stack-actions.ts";

/**
 * Progress and output of the newest job about the stack. Beside an editor, a job that has ended takes one line: the room is
 * for the text, and the output is a click away.
 */
export function StackJob(props: { actions: StackActions; isBesideEditor: boolean }) {
  const session = useSession();
  /** The job whose output a person opened. */
  const [opened, setOpened] = createSignal<string>();
  const isFolded = (job: Job) => props.isBesideEditor && job.state !== "running" && opened() !== job.id;
  return (
    <Show when={props.actions.job()}>
      {(job) => (
        <Show
          when={isFolded(job())}
          fallback={<Output {...props} job={job()} mayCancel={session.may("services:control")} />}
        >
          <div class="card stack-job-line">
            <Status tone={jobStateDisplay[job().state].tone}>{jobTitle(job())}</Status>
            <span class="grow truncate muted">
              {visibleName(job().error?.message ?? jobStateDisplay[job().state].text)}
            </span>
            <Button size="sm" onClick={() => setOpened(job().id)}>
              {stackMessages.showOutput}
            </Button>
            <Dismiss actions={props.actions} />
          </div>
        </Show>
      )}
    </Show>
  );
}

function Output(props: { actions: StackActions; job: Job; mayCancel: boolean }) {
  return (
    <div class="card stack-job">
      <JobProgress job={props.job} onCancel={props.mayCancel ? () => props.actions.cancel(props.job.id) : undefined} />
      <Show when={props.job.state !== "running"}>
        <span class="stack-dismiss">
          <Dismiss actions={props.actions} />
        </span>
      </Show>
    </div>
  );
}

const Dismiss = (props: { actions: StackActions }) => (
  <IconButton size="sm" label={stackMessages.hideOutput} icon={<X size={14} />} onClick={props.actions.dismiss} />
);
