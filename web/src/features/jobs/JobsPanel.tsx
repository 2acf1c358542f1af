import { Popover } from "@kobalte/core/popover";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import { formatAgo } from "../../lib/format.ts";
import { jobs } from "../../lib/jobs/jobs.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { toast } from "../../ui/toast.tsx";
import { Elapsed, JobProgress, jobLooks } from "./JobProgress.tsx";
import { jobTitle } from "./job-labels.ts";
import "./jobs-panel.css";

/** What runs and what ran within the last hour; one entry unfolds to its steps and output. */
export default function JobsPanel(props: { anchor: HTMLElement | undefined; onClose: () => void }) {
  const [unfolded, setUnfolded] = createSignal<string | null>(jobs.running()[0]?.id ?? [...jobs.unseen()][0] ?? null);
  onMount(jobs.seen);
  onCleanup(jobs.seen);
  return (
    <Popover
      open
      anchorRef={() => props.anchor}
      onOpenChange={(open) => !open && props.onClose()}
      placement="bottom-end"
      gutter={6}
    >
      <Popover.Portal>
        <Popover.Content
          class="popover-panel jobs-panel"
          onPointerDownOutside={(event) => {
            // The button itself closes what it has opened.
            if (event.target instanceof Node && props.anchor?.contains(event.target)) event.preventDefault();
          }}
        >
          <Popover.Title class="jobs-panel-head">Jobs</Popover.Title>
          <Show when={jobs.jobs().length > 0} fallback={<p class="muted jobs-empty">No jobs within the last hour.</p>}>
            <ul class="jobs-list">
              <For each={jobs.jobs().map(({ id }) => id)}>
                {(id) => (
                  <Show when={jobs.of(id)}>
                    {(job) => (
                      <Entry
                        job={job()}
                        open={unfolded() === id}
                        onToggle={() => setUnfolded((old) => (old === id ? null : id))}
                      />
                    )}
                  </Show>
                )}
              </For>
            </ul>
          </Show>
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}

function Entry(props: { job: Job; open: boolean; onToggle: () => void }) {
  const look = () => jobLooks[props.job.state];
  const running = () => props.job.state === "running";
  const empty = () => props.job.steps.length === 0 && props.job.lineCount === 0 && props.job.error === null;
  return (
    <li class="jobs-entry">
      <div class="row">
        <button type="button" class="jobs-toggle" aria-expanded={props.open} onClick={() => props.onToggle()}>
          <ChevronRight size={14} class={props.open ? "jobs-chevron jobs-chevron-open" : "jobs-chevron"} />
          <StatusDot tone={look().tone} pulse={running()} />
          <span class="visually-hidden">{look().text}</span>
          <span class="grow truncate">{jobTitle(props.job)}</span>
          <Show when={running()} fallback={<span class="faint">{formatAgo(props.job.finishedAt)}</span>}>
            <Elapsed job={props.job} />
          </Show>
        </button>
        <Show when={running()}>
          <Button size="sm" onClick={() => void jobs.cancel(props.job.id).catch(toast.error)}>
            Cancel
          </Button>
        </Show>
      </div>
      <Show when={props.open}>
        <div class="jobs-detail">
          <Show when={!empty()} fallback={<p class="muted">{running() ? "At work." : `${look().text}.`}</p>}>
            <JobProgress job={props.job} bare />
          </Show>
        </div>
      </Show>
    </li>
  );
}
