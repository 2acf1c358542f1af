import CircleArrowUp from "lucide-solid/icons/circle-arrow-up";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Undo from "lucide-solid/icons/undo-2";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { ServiceUpdate, UpdateState } from "../../../../shared/protocol/update.ts";
import { updates as api } from "../../lib/api/docker.ts";
import { dockerKeys, useUpdates } from "../../lib/docker-queries.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { jobs } from "../../lib/jobs/jobs.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Card, confirm, Facts, Status, type Tone, toast } from "../../ui/index.ts";
import { shortDigest } from "../images/image-labels.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";

const kinds: ReadonlySet<string> = new Set(["service:update", "service:go-back"]);

const looks: Record<UpdateState, { tone: Tone; text: string }> = {
  current: { tone: "ok", text: "It runs the newest image" },
  newer: { tone: "info", text: "A newer image is available" },
  unknown: { tone: "neutral", text: "Not known yet" },
  local: { tone: "neutral", text: "Made on this host: no registry has it" },
  pinned: { tone: "neutral", text: "Named by its digest: there is no newer one" },
};

/** Whether a service has a newer image; the way to it, and back. */
export function UpdateCard(props: { service: string }) {
  const query = useUpdates();
  const [busy, setBusy] = createSignal<"check" | "update" | "back" | null>(null);
  // Looked up on the board, not remembered: the container is another one while it is made anew, and so is this card.
  const job = createMemo(() =>
    jobs.jobs().find(({ kind, target, state }) => target === props.service && kinds.has(kind) && state !== "succeeded"),
  );
  const known = () => query.data?.services.find(({ service }) => service === props.service);
  const running = () => busy() !== null || job()?.state === "running";
  const asks = () => known()?.state !== "local" && known()?.state !== "pinned" && known()?.reference !== null;

  const begin = async (kind: "check" | "update" | "back", work: () => Promise<Job>) => {
    setBusy(kind);
    try {
      const begun = await work();
      const ended = await jobs.begun(begun);
      if (kind === "check" && ended.state === "failed") toast.error(ended.error?.message ?? "", ended.error?.detail);
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(null);
      await Promise.all([
        invalidate(dockerKeys.updates),
        invalidate(queryKeys.services),
        invalidate(dockerKeys.images),
      ]);
    }
  };
  const update = async (update: ServiceUpdate) => {
    const yes = await confirm({
      title: `Update ${visibleName(update.service)}?`,
      body: (
        <Promised
          action="The newest image is pulled and the container made anew with it"
          compose={update.composeProject}
        />
      ),
      action: "Update",
    });
    if (yes) await begin("update", () => api.update(update.service));
  };
  const goBack = async (update: ServiceUpdate) => {
    const yes = await confirm({
      title: `Go back with ${visibleName(update.service)}?`,
      body: (
        <Promised
          action={`The container is made anew of the image it ran until ${formatDateTime(update.previous?.replacedAt ?? null)}`}
          compose={update.composeProject}
        />
      ),
      action: "Go back",
    });
    if (yes) await begin("back", () => api.goBack(update.service));
  };

  return (
    <Show when={known()}>
      {(one) => (
        <Card title="Image">
          <div class="stack">
            <Status tone={looks[one().state].tone}>{looks[one().state].text}</Status>
            <Facts rows={rows(one())} />
            <Show when={session.may("services:control")}>
              <div class="row row-wrap">
                <Show when={asks()}>
                  <Button
                    size="sm"
                    variant={one().state === "newer" ? "primary" : "secondary"}
                    icon={<CircleArrowUp size={13} />}
                    busy={busy() === "update"}
                    disabled={running()}
                    onClick={() => void update(one())}
                  >
                    Update
                  </Button>
                </Show>
                <Show when={one().previous}>
                  <Button
                    size="sm"
                    icon={<Undo size={13} />}
                    busy={busy() === "back"}
                    disabled={running()}
                    onClick={() => void goBack(one())}
                  >
                    Go back
                  </Button>
                </Show>
                <Show when={asks()}>
                  <Button
                    size="sm"
                    icon={<RotateCw size={13} />}
                    busy={busy() === "check"}
                    disabled={running()}
                    onClick={() => void begin("check", () => api.check(one().service))}
                  >
                    Check now
                  </Button>
                </Show>
              </div>
            </Show>
            <Show when={job()}>{(now) => <JobProgress job={now()} onCancel={() => void jobs.cancel(now().id)} />}</Show>
          </div>
        </Card>
      )}
    </Show>
  );
}

function Promised(props: { action: string; compose: string | null }) {
  return (
    <div class="stack">
      <p>
        {props.action}; it is away for a moment. When the new one does not run, or does not become healthy, the old one
        is put back by itself.
      </p>
      <Show when={props.compose}>
        {(project) => (
          <p>
            It belongs to the compose project {visibleName(project())}: the project's file stays the source of truth,
            and the next “up” follows that.
          </p>
        )}
      </Show>
    </div>
  );
}

function rows(update: ServiceUpdate): [string, JSX.Element][] {
  const digest = (value: string | null) => <code title={value ?? undefined}>{shortDigest(value)}</code>;
  return [
    ["Reference", <code>{visibleName(update.reference ?? "an id")}</code>],
    ...(update.digest === null ? [] : ([["Runs", digest(update.digest)]] as [string, JSX.Element][])),
    ...(update.newest === null || update.newest === update.digest
      ? []
      : ([["At the registry", digest(update.newest)]] as [string, JSX.Element][])),
    ...(update.checkedAt === null
      ? []
      : ([["Checked", <span title={formatDateTime(update.checkedAt)}>{formatAgo(update.checkedAt)}</span>]] as [
          string,
          JSX.Element,
        ][])),
    ...(update.problem === null ? [] : ([["Problem", update.problem]] as [string, JSX.Element][])),
    ...(update.previous === null
      ? []
      : ([["Before", digest(update.previous.digest ?? update.previous.imageId)]] as [string, JSX.Element][])),
  ];
}
