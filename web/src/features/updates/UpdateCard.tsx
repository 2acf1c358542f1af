import CircleArrowUp from "lucide-solid/icons/circle-arrow-up";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Undo from "lucide-solid/icons/undo-2";
import { type Accessor, createMemo, createSignal, type JSX, Show } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { ServiceUpdate, UpdateState } from "../../../../shared/protocol/update.ts";
import { updates as api } from "../../lib/api/docker.ts";
import { dockerKeys, useUpdates } from "../../lib/docker-queries.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Card, confirm, Facts, Status, type Tone, toast } from "../../ui/index.ts";
import { shortDigest } from "../images/image-labels.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { stateLabels, updateLabels, updateMessages } from "./messages.ts";

const jobKinds: ReadonlySet<string> = new Set(["service:update", "service:go-back"]);

const stateTones: Record<UpdateState, Tone> = {
  current: "ok",
  newer: "info",
  unknown: "neutral",
  local: "neutral",
  pinned: "neutral",
};

type UpdateAction = "check" | "update" | "rollback";

/** Whether a service has a newer image, with buttons to check, update and roll back. */
export function UpdateCard(props: { service: string }) {
  const jobs = useJobs();
  const session = useSession();
  const query = useUpdates();
  // Read from the list of jobs, not stored: recreating the container recreates this card too.
  const job = createMemo(() =>
    jobs
      .jobs()
      .find(({ kind, target, state }) => target === props.service && jobKinds.has(kind) && state !== "succeeded"),
  );
  const update = () => query.data?.services.find(({ service }) => service === props.service);
  return (
    <Show when={update()}>
      {(known) => (
        <Card title={updateLabels.image}>
          <div class="stack">
            <Status tone={stateTones[known().state]}>{stateLabels[known().state]}</Status>
            <Facts rows={factsOf(known())} />
            <Show when={session.may("services:control")}>
              <UpdateButtons update={known()} isRunning={() => job()?.state === "running"} />
            </Show>
            <Show when={job()}>
              {(current) => <JobProgress job={current()} onCancel={() => void jobs.cancel(current().id)} />}
            </Show>
          </div>
        </Card>
      )}
    </Show>
  );
}

/** Runs one action at a time, until its job has ended. A failed update or rollback is shown by its job, a check here. */
function createUpdateActions() {
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const [pending, setPending] = createSignal<UpdateAction | null>(null);
  const run = async (action: UpdateAction, start: () => Promise<Job>) => {
    setPending(action);
    try {
      const ended = await jobs.started(await start());
      if (action === "check" && ended.state === "failed") toast.error(ended.error?.message ?? "", ended.error?.detail);
    } catch (error) {
      toast.error(error);
    } finally {
      setPending(null);
      await Promise.all([dockerKeys.updates, queryKeys.services, dockerKeys.images].map(invalidate));
    }
  };
  return {
    pending,
    check: ({ service }: ServiceUpdate) => run("check", () => api.check(service)),
    async update({ service, composeProject }: ServiceUpdate) {
      const yes = await confirm({
        title: updateMessages.updateTitle(visibleName(service)),
        body: <Consequences action={updateMessages.updateBody} composeProject={composeProject} />,
        action: updateMessages.update,
      });
      if (yes) await run("update", () => api.update(service));
    },
    async rollback({ service, composeProject, previous }: ServiceUpdate) {
      const until = formatDateTime(previous?.replacedAt ?? null);
      const yes = await confirm({
        title: updateMessages.goBackTitle(visibleName(service)),
        body: <Consequences action={updateMessages.goBackBody(until)} composeProject={composeProject} />,
        action: updateMessages.goBack,
      });
      if (yes) await run("rollback", () => api.goBack(service));
    },
  };
}

function UpdateButtons(props: { update: ServiceUpdate; isRunning: Accessor<boolean> }) {
  const actions = createUpdateActions();
  const isBusy = () => actions.pending() !== null || props.isRunning();
  /** Local images and images pinned by digest have no newer one. */
  const isCheckable = () =>
    props.update.state !== "local" && props.update.state !== "pinned" && props.update.reference !== null;
  return (
    <div class="row row-wrap">
      <Show when={isCheckable()}>
        <Button
          size="sm"
          variant={props.update.state === "newer" ? "primary" : "secondary"}
          icon={<CircleArrowUp size={13} />}
          busy={actions.pending() === "update"}
          disabled={isBusy()}
          onClick={() => void actions.update(props.update)}
        >
          {updateMessages.update}
        </Button>
      </Show>
      <Show when={props.update.previous}>
        <Button
          size="sm"
          icon={<Undo size={13} />}
          busy={actions.pending() === "rollback"}
          disabled={isBusy()}
          onClick={() => void actions.rollback(props.update)}
        >
          {updateMessages.goBack}
        </Button>
      </Show>
      <Show when={isCheckable()}>
        <Button
          size="sm"
          icon={<RotateCw size={13} />}
          busy={actions.pending() === "check"}
          disabled={isBusy()}
          onClick={() => void actions.check(props.update)}
        >
          {updateMessages.check}
        </Button>
      </Show>
    </div>
  );
}

/** What an update does to the service, and to the Compose project it belongs to. */
function Consequences(props: { action: string; composeProject: string | null }) {
  return (
    <div class="stack">
      <p>
        {props.action} {updateMessages.downtime}
      </p>
      <Show when={props.composeProject}>{(project) => <p>{updateMessages.compose(visibleName(project()))}</p>}</Show>
    </div>
  );
}

function factsOf(update: ServiceUpdate): [string, JSX.Element][] {
  const digest = (value: string | null) => <code title={value ?? undefined}>{shortDigest(value)}</code>;
  const { reference, newest, checkedAt, problem, previous } = update;
  const rows: [string, JSX.Element][] = [["Reference", <code>{visibleName(reference ?? updateMessages.byId)}</code>]];
  if (update.digest !== null) rows.push(["Runs", digest(update.digest)]);
  if (newest !== null && newest !== update.digest) rows.push(["At the registry", digest(newest)]);
  if (checkedAt !== null) {
    rows.push(["Checked", <span title={formatDateTime(checkedAt)}>{formatAgo(checkedAt)}</span>]);
  }
  if (problem !== null) rows.push(["Problem", problem]);
  if (previous !== null) rows.push(["Previous", digest(previous.digest ?? previous.imageId)]);
  return rows;
}
