import { A } from "@solidjs/router";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import { formatAgo } from "../../lib/format.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { PopoverPanel } from "../../ui/PopoverPanel.tsx";
import { toast } from "../../ui/toast.tsx";
import { Elapsed, JobProgress } from "./JobProgress.tsx";
import { jobStateDisplay, jobTitle } from "./job-labels.ts";
import { jobMessages } from "./messages.ts";
import "./jobs-panel.css";

/** The jobs that run or ended in the last hour; an entry expands to its steps and output. */
export default function JobsPanel(props: { anchor: HTMLElement | undefined; onClose: () => void }) {
  const jobs = useJobs();
  const [expanded, setExpanded] = createSignal<string | null>(jobs.running()[0]?.id ?? [...jobs.unseen()][0] ?? null);
  onMount(jobs.seen);
  onCleanup(jobs.seen);
  return (
    <PopoverPanel anchor={props.anchor} class="jobs-panel" title={jobMessages.title} onClose={props.onClose}>
      <Show when={jobs.jobs().length > 0} fallback={<p class="muted popover-panel-empty">{jobMessages.empty}</p>}>
        <ul class="popover-panel-list">
          <For each={jobs.jobs().map(({ id }) => id)}>
            {(id) => (
              <Show when={jobs.of(id)}>
                {(job) => (
                  <Entry
                    job={job()}
                    open={expanded() === id}
                    onLeave={props.onClose}
                    onToggle={() => setExpanded((old) => (old === id ? null : id))}
                  />
                )}
              </Show>
            )}
          </For>
        </ul>
      </Show>
      <A class="jobs-all" href="/activity" onClick={() => props.onClose()}>
        {jobMessages.all}
      </A>
    </PopoverPanel>
  );
}

function Entry(props: { job: Job; open: boolean; onToggle: () => void; onLeave: () => void }) {
  const jobs = useJobs();
  const display = () => jobStateDisplay[props.job.state];
  const running = () => props.job.state === "running";
  const empty = () => props.job.steps.length === 0 && props.job.lineCount === 0 && props.job.error === null;
  return (
    <li class="jobs-entry">
      <div class="row">
        <button type="button" class="jobs-toggle" aria-expanded={props.open} onClick={() => props.onToggle()}>
          <ChevronRight size={14} class={props.open ? "jobs-chevron jobs-chevron-open" : "jobs-chevron"} />
          <StatusDot tone={display().tone} pulse={running()} />
          <span class="visually-hidden">{display().text}</span>
          <span class="grow truncate">{jobTitle(props.job)}</span>
          <Show when={running()} fallback={<span class="faint">{formatAgo(props.job.finishedAt)}</span>}>
            <Elapsed job={props.job} />
          </Show>
        </button>
        <Show when={running()}>
          <Button size="sm" onClick={() => void jobs.cancel(props.job.id).catch(toast.error)}>
            {jobMessages.cancel}
          </Button>
        </Show>
      </div>
      <Show when={props.open}>
        <div class="jobs-detail">
          <Show
            when={!empty()}
            fallback={<p class="muted">{running() ? jobMessages.working : `${display().text}.`}</p>}
          >
            <JobProgress job={props.job} bare />
          </Show>
          <A class="jobs-open" href={`/activity/${encodeURIComponent(props.job.id)}`} onClick={() => props.onLeave()}>
            {jobMessages.open}
          </A>
        </div>
      </Show>
    </li>
  );
}
