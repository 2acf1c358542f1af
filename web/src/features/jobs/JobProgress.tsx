import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createEffect, createMemo, createSignal, Index, onCleanup, Show } from "solid-js";
import type { Job, JobStep } from "../../../../shared/protocol/job.ts";
import { formatBytes, formatDuration } from "../../lib/format.ts";
import { serverNow } from "../../lib/server-time.ts";
import { cleanLine, plainText, visibleName } from "../../lib/terminal-text.ts";
import { Status } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { Callout } from "../../ui/Notice.tsx";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { jobStateDisplay, jobTitle } from "./job-labels.ts";
import { jobMessages } from "./messages.ts";
import "./job-progress.css";

export interface JobProgressProps {
  job: Job;
  /** Cancels the job; without it there is no button. */
  onCancel?: () => void;
  /** Replaces the title of the job. */
  title?: string;
  /** Leaves out title, state and time: for a place that shows them already. */
  bare?: boolean;
}

/** A job: its steps, its output and its error. */
export function JobProgress(props: JobProgressProps) {
  const running = () => props.job.state === "running";
  return (
    <section class="job" aria-label={props.title ?? jobTitle(props.job)}>
      <Show when={!props.bare}>
        <header class="job-head">
          <div class="grow">
            <div class="job-title">{props.title ?? jobTitle(props.job)}</div>
            <div class="job-state" role="status">
              <Status tone={jobStateDisplay[props.job.state].tone} pulse={running()}>
                {jobStateDisplay[props.job.state].text}
              </Status>
              <Elapsed job={props.job} />
            </div>
          </div>
          <Show when={running() && props.onCancel}>
            <Button size="sm" onClick={() => props.onCancel?.()}>
              {jobMessages.cancel}
            </Button>
          </Show>
        </header>
      </Show>
      <Show when={props.job.error}>
        {(error) => (
          <Callout tone={props.job.state === "failed" ? "bad" : "info"} icon={<TriangleAlert size={15} />}>
            {error().message}
            <UpstreamDetail text={error().detail} />
          </Callout>
        )}
      </Show>
      <Show when={props.job.steps.length > 0}>
        <ul class="job-steps">
          <Index each={props.job.steps}>{(step) => <Step step={step()} />}</Index>
        </ul>
      </Show>
      <Show when={props.job.lineCount > 0}>
        <Output job={props.job} />
      </Show>
    </section>
  );
}

function Step(props: { step: JobStep }) {
  const percent = () => {
    const { current, total } = props.step;
    return current === undefined || !total ? undefined : Math.min(100, (current / total) * 100);
  };
  return (
    <li class="job-step">
      <span class="truncate job-step-label" title={visibleName(props.step.label)}>
        {visibleName(props.step.label)}
      </span>
      <span class="muted job-step-state">{visibleName(props.step.state)}</span>
      <Show when={percent() !== undefined}>
        <span class="job-step-meter">
          <Meter label={visibleName(props.step.label)} value={percent() ?? 0} tone="accent" />
          <span class="num faint">{amounts(props.step)}</span>
        </span>
      </Show>
    </li>
  );
}

/** A step reports no unit: smaller totals are counts, others are bytes. */
const BYTES_FROM = 4_096;

const amounts = ({ current = 0, total = 0 }: JobStep): string =>
  total >= BYTES_FROM ? `${formatBytes(current)} / ${formatBytes(total)}` : `${current} / ${total}`;

/** Pixels from the end that still count as the end. */
const END_SLACK = 24;

function Output(props: { job: Job }) {
  let box: HTMLPreElement | undefined;
  const text = createMemo(() => props.job.lines.map((line) => plainText(cleanLine(line))).join("\n"));
  const hidden = () => props.job.lineCount - props.job.lines.length;
  const [following, setFollowing] = createSignal(true);
  createEffect(() => {
    text();
    if (box && following()) box.scrollTop = box.scrollHeight;
  });
  return (
    <>
      <Show when={hidden() > 0}>
        <p class="faint job-hidden">{jobMessages.linesDropped(hidden())}</p>
      </Show>
      <pre
        ref={box}
        class="job-lines"
        role="log"
        aria-label={jobMessages.output}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        onScroll={({ currentTarget: at }) =>
          setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight <= END_SLACK)
        }
      >
        {text()}
      </pre>
    </>
  );
}

/** Duration of a job so far, or until it ended. */
export function Elapsed(props: { job: Job }) {
  const [now, setNow] = createSignal(serverNow());
  createEffect(() => {
    if (props.job.finishedAt !== null) return;
    const timer = setInterval(() => setNow(serverNow()), 1_000);
    onCleanup(() => clearInterval(timer));
  });
  const seconds = () =>
    (Date.parse(props.job.finishedAt ?? new Date(now()).toISOString()) - Date.parse(props.job.startedAt)) / 1000;
  return <span class="num faint">{formatDuration(Math.max(0, seconds()))}</span>;
}
