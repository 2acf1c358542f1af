import CircleCheck from "lucide-solid/icons/circle-check";
import { createEffect, createSignal, For, Match, Show, Switch } from "solid-js";
import type { PruneItem, PruneResult } from "../../../../shared/protocol/disk.ts";
import { disk } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { dockerKeys, refreshDocker } from "../../lib/docker-queries.ts";
import { formatBytes } from "../../lib/format.ts";
import { jobs, useJob } from "../../lib/jobs/jobs.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { Button, Callout, Dialog, EmptyState, ErrorState, Skeleton } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { PruneGroupRow } from "./PruneGroupRow.tsx";
import { chosenSize, firstChoice, keyOf, kindWords } from "./prune-choice.ts";

/** Shows what could go and how much would come back; then exactly what is ticked goes. */
export function PruneDialog(props: { onClose: () => void }) {
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const preview = useQuery(() => ({ queryKey: dockerKeys.prune, queryFn: disk.preview, ...askedOnce }));
  createEffect(() => preview.data && setChosen(firstChoice(preview.data)));
  const [jobId, setJobId] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const job = useJob(jobId);
  const groups = () => (preview.data?.groups ?? []).filter(({ items }) => items.length > 0);
  const taken = (): PruneItem[] => groups().flatMap(({ items }) => items.filter((item) => chosen().has(keyOf(item))));
  const size = () => groups().reduce((total, group) => total + chosenSize(group, chosen()), 0);
  const losesData = () => taken().some(({ kind }) => kind === "namedVolumes" || kind === "anonymousVolumes");
  const toggle = (items: readonly PruneItem[], on: boolean) =>
    setChosen((old) => {
      const next = new Set(old);
      for (const item of items) {
        if (on) next.add(keyOf(item));
        else next.delete(keyOf(item));
      }
      return next;
    });
  const prune = async () => {
    const made = preview.data;
    if (!made) return;
    setBusy(true);
    setProblem(null);
    try {
      const begun = await disk.prune(made.id, taken());
      setJobId(begun.id);
      void jobs.begun(begun).then(refreshDocker);
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      title="Clean up"
      onClose={props.onClose}
      footer={
        <Show
          when={jobId()}
          fallback={
            <>
              <Button onClick={props.onClose}>Cancel</Button>
              <Button variant="danger" busy={busy()} disabled={taken().length === 0} onClick={() => void prune()}>
                {taken().length === 0
                  ? "Nothing is chosen"
                  : `Remove ${taken().length === 1 ? "1 item" : `${taken().length} items`}, ${formatBytes(size())}`}
              </Button>
            </>
          }
        >
          <Button variant="primary" onClick={props.onClose}>
            {job()?.state === "running" ? "Go on in the background" : "Close"}
          </Button>
        </Show>
      }
    >
      <Show when={problem()}>
        {(text) => (
          <Callout tone="bad">
            {text()}{" "}
            <Button
              size="sm"
              onClick={() => {
                setProblem(null);
                void preview.refetch();
              }}
            >
              Look again
            </Button>
          </Callout>
        )}
      </Show>
      <Switch fallback={<Skeleton lines={6} label="Docker is measuring" />}>
        <Match when={jobId()}>
          {(id) => (
            <Show when={job()}>
              {(now) => (
                <div class="stack">
                  <Show when={now().state === "succeeded" && now().result}>
                    {(result) => <Outcome result={result() as unknown as PruneResult} />}
                  </Show>
                  <JobProgress job={withWords(now())} onCancel={() => void jobs.cancel(id())} />
                </div>
              )}
            </Show>
          )}
        </Match>
        <Match when={preview.isError}>
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        </Match>
        <Match when={preview.data && groups().length === 0}>
          <EmptyState icon={<CircleCheck size={18} />} title="Nothing to clean up">
            Everything Docker has on the disk is in use.
          </EmptyState>
        </Match>
        <Match when={preview.data}>
          <div class="prune-groups">
            <For each={groups()}>{(group) => <PruneGroupRow group={group} chosen={chosen()} onToggle={toggle} />}</For>
          </div>
          <Show when={losesData()}>
            <Callout tone="warn">What is in the chosen volumes is deleted, and no copy of it is kept.</Callout>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}

const isKind = (id: string): id is keyof typeof kindWords => Object.hasOwn(kindWords, id);

const withWords = <J extends { steps: { id: string; label: string }[] }>(job: J): J => ({
  ...job,
  steps: job.steps.map((step) => (isKind(step.id) ? { ...step, label: kindWords[step.id].title } : step)),
});

function Outcome(props: { result: PruneResult }) {
  return (
    <>
      <Callout tone="ok" icon={<CircleCheck size={15} />}>
        {props.result.removed === 1 ? "1 item is" : `${props.result.removed} items are`} gone;{" "}
        <b class="num">{formatBytes(props.result.reclaimed)}</b> came back.
      </Callout>
      <Show when={props.result.left.length > 0}>
        <div>
          <p>Left, since it changed meanwhile:</p>
          <ul class="detail-list">
            <For each={props.result.left}>
              {({ name, reason }) => (
                <li>
                  <code>{visibleName(name)}</code> <span class="muted">{reason}</span>
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
    </>
  );
}
