import { A } from "@solidjs/router";
import { createEffect, createSignal, type JSX, on, Show } from "solid-js";
import { actorName } from "../../../../shared/protocol/action-labels.ts";
import type { ActivityDetail, ActivityOutput } from "../../../../shared/protocol/activity.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { activity } from "../../lib/api/activity.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { useJob, useJobs } from "../../lib/jobs/jobs.ts";
import { useNow } from "../../lib/now.ts";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { useQuery } from "../../lib/use-query.ts";
import { confirmAction } from "../../resource/confirm-action.ts";
import { Button, Card, ErrorState, Facts, Skeleton, Status, toast } from "../../ui/index.ts";
import { DetailHead, StatusTitle } from "../../ui/MasterDetail.tsx";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { durationOf, phraseOf, sentenceOf, stateTones, targetHref } from "./activity-entry.ts";
import { onActivity } from "./activity-list.ts";
import { stateLabels, activityMessages as texts } from "./messages.ts";

/** Parts of an output that one click loads: 256 KiB. */
const PARTS_AT_ONCE = 8;

const useActivity = (id: () => string) =>
  useQuery(() => ({ queryKey: ["activity", id()], queryFn: () => activity.get(id()) }));

/** One action: who, what, when, its outcome and its output; live while it runs. */
export function ActivityPane(props: { id: string; onClose: () => void }) {
  const query = useActivity(() => props.id);
  onActivity(async () => {
    if (query.data?.state === "running" || query.data?.undoable) await query.refetch();
  });
  return (
    <Show
      when={query.data}
      fallback={
        <>
          <DetailHead title={texts.title} onClose={props.onClose} />
          <Show when={query.error} fallback={<Skeleton lines={6} />}>
            {(error) => <ErrorState error={error()} title={texts.gone} onRetry={() => void query.refetch()} />}
          </Show>
        </>
      }
    >
      {(entry) => <Shown entry={entry()} onClose={props.onClose} onChanged={() => void query.refetch()} />}
    </Show>
  );
}

function Shown(props: { entry: ActivityDetail; onClose: () => void; onChanged: () => void }) {
  const jobs = useJobs();
  const now = useNow();
  createTitle(() => joinTitle(sentenceOf(props.entry), texts.title));
  const status = () => ({
    tone: stateTones[props.entry.state],
    pulse: props.entry.state === "running",
    text: stateLabels[props.entry.state],
  });
  const undo = () =>
    void confirmAction({
      title: texts.undoTitle(phraseOf(props.entry)),
      body: texts.undoBody,
      action: texts.undo,
      send: async () => void jobs.started(await activity.undo(props.entry.id)),
      done: texts.undoStarted,
      refetch: async () => props.onChanged(),
    });
  return (
    <>
      <DetailHead
        title={<StatusTitle status={status()} name={sentenceOf(props.entry)} />}
        note={`${formatDateTime(props.entry.startedAt)} · ${durationOf(props.entry, now())}`}
        actions={
          <>
            <Show when={props.entry.cancellable}>
              <Button size="sm" onClick={() => void jobs.cancel(props.entry.id).catch(toast.error)}>
                {texts.cancel}
              </Button>
            </Show>
            <Show when={props.entry.undoable}>
              <Button size="sm" onClick={undo}>
                {texts.undo}
              </Button>
            </Show>
          </>
        }
        onClose={props.onClose}
      />
      <div class="detail-scroll">
        <Output entry={props.entry} />
        <Card>
          <Facts rows={factsOf(props.entry)} />
        </Card>
        <Show when={props.entry.input}>
          {(input) => (
            <Card title={texts.input}>
              <Facts
                rows={Object.entries(input()).map(([name, value]) => [visibleName(name), <Value value={value} />])}
              />
            </Card>
          )}
        </Show>
      </div>
    </>
  );
}

function Value(props: { value: unknown }) {
  const text = () => (typeof props.value === "string" ? props.value : JSON.stringify(props.value));
  return <code>{visibleName(text() ?? "–")}</code>;
}

function factsOf(entry: ActivityDetail): (readonly [string, JSX.Element])[] {
  const name = visibleName(entry.target) || "–";
  const href = targetHref(entry);
  return [
    [texts.actor, visibleName(actorName(entry.actor))],
    [texts.target, href ? <A href={href}>{name}</A> : name],
    [
      texts.outcome,
      <Status tone={stateTones[entry.state]} pulse={entry.state === "running"}>
        {stateLabels[entry.state]}
      </Status>,
    ],
    [texts.action, <code>{entry.action}</code>],
    [texts.request, <code>{entry.requestId || "–"}</code>],
  ];
}

/** Output of an action: of a running job as it comes, else what is stored. */
function Output(props: { entry: ActivityDetail }) {
  const followed = () => (props.entry.cancellable ? props.entry.id : undefined);
  const job = useJob(followed);
  const running = () => (followed() === undefined ? undefined : job());
  return (
    <Show when={running()} fallback={<StoredOutput entry={props.entry} />}>
      {(live) => <JobProgress job={live()} bare />}
    </Show>
  );
}

function StoredOutput(props: { entry: ActivityDetail }) {
  const [lines, setLines] = createSignal<readonly string[]>([]);
  const [next, setNext] = createSignal<number | null>(null);
  const [loading, setLoading] = createSignal(false);
  let wanted = "";
  const load = async (after?: number) => {
    const { id } = props.entry;
    wanted = id;
    setLoading(true);
    try {
      const added: string[] = [];
      let at: number | null | undefined = after;
      for (let part = 0; part < PARTS_AT_ONCE && at !== null; part++) {
        const output: ActivityOutput = await activity.output(id, at);
        if (output.gapBefore) added.push(texts.gap(output.gapBefore.lines, formatBytes(output.gapBefore.bytes)));
        added.push(...output.lines);
        at = output.next;
      }
      if (wanted !== id) return;
      setLines((old) => (after === undefined ? added : [...old, ...added]));
      setNext(at ?? null);
    } catch (error) {
      toast.error(error);
    } finally {
      setLoading(false);
    }
  };
  createEffect(
    on(
      () => [props.entry.id, props.entry.outputLines] as const,
      ([, count]) => {
        setLines([]);
        setNext(null);
        if (count > 0) void load();
      },
    ),
  );
  const isEmpty = () => props.entry.error === null && props.entry.steps.length === 0 && props.entry.outputLines === 0;
  return (
    <Show when={!isEmpty()} fallback={<p class="muted">{texts.noOutput}</p>}>
      <JobProgress job={toJob(props.entry, lines())} bare />
      <Show when={next()}>
        {(after) => (
          <Button size="sm" disabled={loading()} onClick={() => void load(after())}>
            {texts.moreOutput}
          </Button>
        )}
      </Show>
    </Show>
  );
}

/** A record as the view of jobs shows it. */
const toJob = (entry: ActivityDetail, lines: readonly string[]): Job => ({
  id: entry.id,
  kind: entry.action,
  target: entry.target,
  state: entry.state === "refused" ? "failed" : entry.state,
  steps: entry.steps,
  lines: [...lines],
  lineCount: lines.length,
  result: null,
  error: entry.error,
  startedAt: entry.startedAt,
  finishedAt: entry.finishedAt,
  revision: 1,
});
