import CircleCheck from "lucide-solid/icons/circle-check";
import { createEffect, createSignal, For, Match, Show, Switch } from "solid-js";
import type { PruneItem, PruneResult } from "../../../../shared/protocol/disk.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { disk } from "../../lib/api/docker.ts";
import { dockerKeys, useRefreshDocker } from "../../lib/docker-queries.ts";
import { formatBytes } from "../../lib/format.ts";
import { useJob, useJobs } from "../../lib/jobs/jobs.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { createSubmit } from "../../resource/submit.ts";
import { TextList } from "../../resource/TextList.tsx";
import { Button, Callout, Dialog, EmptyState, ErrorState, Skeleton } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { diskMessages, kindLabels, pruneMessages } from "./messages.ts";
import { PruneGroupRow } from "./PruneGroupRow.tsx";
import { defaultSelection, keyOf, selectedSize, withItems } from "./prune-choice.ts";

/** Shows what can be removed and how much space that frees, then removes exactly what is selected. */
export function PruneDialog(props: { onClose: () => void }) {
  const refreshDocker = useRefreshDocker();
  const jobs = useJobs();
  const [selection, setSelection] = createSignal<ReadonlySet<string>>(new Set());
  const preview = useQuery(() => ({ queryKey: dockerKeys.prune, queryFn: disk.preview, ...askedOnce }));
  createEffect(() => preview.data && setSelection(defaultSelection(preview.data)));
  const [jobId, setJobId] = createSignal<string>();
  const job = useJob(jobId);
  const groups = () => (preview.data?.groups ?? []).filter(({ items }) => items.length > 0);
  const selected = (): PruneItem[] =>
    groups().flatMap(({ items }) => items.filter((item) => selection().has(keyOf(item))));
  const size = () => groups().reduce((total, group) => total + selectedSize(group, selection()), 0);
  const losesData = () => selected().some(({ kind }) => kind === "namedVolumes" || kind === "anonymousVolumes");
  const submit = createSubmit({
    ready: () => preview.data !== undefined && selected().length > 0,
    send: () => disk.prune(preview.data?.id ?? "", selected()),
    onSent: (started) => {
      setJobId(started.id);
      void jobs.started(started).then(refreshDocker);
    },
  });
  return (
    <Dialog
      open
      wide
      title={diskMessages.cleanUp}
      onClose={props.onClose}
      footer={
        <Show
          when={jobId()}
          fallback={
            <Show
              when={preview.data === undefined || groups().length > 0}
              fallback={<Button onClick={props.onClose}>{pruneMessages.close}</Button>}
            >
              <Button onClick={props.onClose}>{pruneMessages.cancel}</Button>
              <Button
                variant="danger"
                busy={submit.busy()}
                disabled={!submit.ready()}
                onClick={() => void submit.submit()}
              >
                {selected().length === 0
                  ? pruneMessages.nothingSelected
                  : pruneMessages.remove(selected().length, formatBytes(size()))}
              </Button>
            </Show>
          }
        >
          <Button variant="primary" onClick={props.onClose}>
            {job()?.state === "running" ? pruneMessages.background : pruneMessages.close}
          </Button>
        </Show>
      }
    >
      <Show when={submit.problem()}>
        {(text) => (
          <Callout tone="bad">
            {text()}{" "}
            <Button
              size="sm"
              onClick={() => {
                submit.dismiss();
                void preview.refetch();
              }}
            >
              {pruneMessages.checkAgain}
            </Button>
          </Callout>
        )}
      </Show>
      <Switch fallback={<Skeleton lines={6} label={diskMessages.measuring} />}>
        <Match when={jobId()}>
          <Show when={job()}>{(current) => <PruneProgress job={current()} />}</Show>
        </Match>
        <Match when={preview.isError}>
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        </Match>
        <Match when={preview.data && groups().length === 0}>
          <EmptyState icon={<CircleCheck size={18} />} title={pruneMessages.nothingToDo}>
            {pruneMessages.nothingToDoHint}
          </EmptyState>
        </Match>
        <Match when={preview.data}>
          <div class="prune-groups">
            <For each={groups()}>
              {(group) => (
                <PruneGroupRow
                  group={group}
                  selection={selection()}
                  onToggle={(items, isSelected) => setSelection((old) => withItems(old, items, isSelected))}
                />
              )}
            </For>
          </div>
          <Show when={losesData()}>
            <Callout tone="warn">{pruneMessages.losesData}</Callout>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}

const isKind = (id: string): id is keyof typeof kindLabels => Object.hasOwn(kindLabels, id);

/** The job with the titles of the groups as labels of its steps. */
const withLabels = (job: Job): Job => ({
  ...job,
  steps: job.steps.map((step) => (isKind(step.id) ? { ...step, label: kindLabels[step.id].title } : step)),
});

function PruneProgress(props: { job: Job }) {
  const jobs = useJobs();
  return (
    <div class="stack">
      <Show when={props.job.state === "succeeded" && props.job.result}>
        {(result) => <Outcome result={result() as unknown as PruneResult} />}
      </Show>
      <JobProgress job={withLabels(props.job)} onCancel={() => void jobs.cancel(props.job.id)} />
    </div>
  );
}

function Outcome(props: { result: PruneResult }) {
  return (
    <>
      <Callout tone="ok" icon={<CircleCheck size={15} />}>
        {pruneMessages.removed(props.result.removed)}
        <b class="num">{formatBytes(props.result.reclaimed)}</b> {pruneMessages.reclaimed}
      </Callout>
      <Show when={props.result.left.length > 0}>
        <div>
          <p>{pruneMessages.left}</p>
          <TextList items={props.result.left} none="">
            {({ name, reason }) => (
              <>
                <code>{visibleName(name)}</code> <span class="muted">{reason}</span>
              </>
            )}
          </TextList>
        </div>
      </Show>
    </>
  );
}
