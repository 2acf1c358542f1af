import { createSignal, For, Show } from "solid-js";
import type { ProcessListState, SavedApp } from "../../../../shared/protocol/process-list.ts";
import { api } from "../../lib/api.ts";
import { formatDateTime } from "../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { useQuery } from "../../lib/use-query.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Button, Callout, Facts, Status, toast } from "../../ui/index.ts";
import { deploymentLabels, rebootMessages as texts } from "./messages.ts";
import { rebootSummary, unsavedApps } from "./reboot-state.ts";

/** How often it is read again while the page is open. */
const REFRESH_MS = 30_000;

export const useProcessList = (daemon: () => string) =>
  useQuery(() => ({
    queryKey: [...queryKeys.processList, daemon()],
    queryFn: () => api.deployments.saved(daemon()),
    refetchInterval: REFRESH_MS,
  }));

export interface RebootButtonProps {
  /** Key of the daemon. */
  daemon: string;
  /** User of the daemon, where there is more than one. */
  user: string | null;
  readOnly: boolean;
}

/** Says whether the processes of a daemon come back after a reboot, and opens what would be saved. */
export function RebootButton(props: RebootButtonProps) {
  const list = useProcessList(() => props.daemon);
  const [open, setOpen] = createSignal(false);
  return (
    <Show when={list.data}>
      {(state) => (
        <>
          <Button variant="ghost" onClick={() => setOpen(true)}>
            <Status tone={rebootSummary(state()).tone}>
              {props.user === null
                ? rebootSummary(state()).text
                : texts.ofUser(visibleName(props.user), rebootSummary(state()).text)}
            </Status>
          </Button>
          <Show when={open()}>
            <RebootDialog {...props} list={state()} onClose={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Show>
  );
}

function RebootDialog(props: RebootButtonProps & { list: ProcessListState; onClose: () => void }) {
  const session = useSession();
  const invalidate = useInvalidate();
  const maySave = () => {
    const { deployments, services } = session.principal()?.limits ?? { deployments: null, services: null };
    return session.may("deployments:control") && deployments === null && services === null && !props.readOnly;
  };
  const changes = () => unsavedApps(props.list);
  const submit = createSubmit({
    ready: () => maySave() && changes().length > 0,
    send: async () => {
      // What changed meanwhile is shown before it is saved.
      await api.deployments.save(props.daemon, props.list.revision).finally(() => invalidate(queryKeys.processList));
      toast.success(texts.done);
      props.onClose();
    },
  });
  return (
    <FormDialog
      title={texts.title(props.user && visibleName(props.user))}
      submit={submit}
      action={texts.save}
      cancel={texts.close}
      onClose={props.onClose}
      wide
    >
      <Facts
        rows={[
          [texts.unit, texts.unitStates[props.list.unit.state](visibleName(props.list.unit.name ?? ""))],
          [
            texts.savedList,
            props.list.saved.state === "saved"
              ? texts.savedAt(formatDateTime(props.list.saved.at))
              : texts.savedStates[props.list.saved.state],
          ],
        ]}
      />
      <Show when={changes().length > 0} fallback={<p>{texts.nothingToSave}</p>}>
        <Show when={maySave()} fallback={<p>{texts.mayNotSave}</p>}>
          <Callout tone="warn">{texts.clearNote}</Callout>
        </Show>
        <h3>{texts.changes}</h3>
        <ul class="deployment-changes">
          <For each={changes()}>{(app) => <Change app={app} />}</For>
        </ul>
      </Show>
    </FormDialog>
  );
}

function Change(props: { app: SavedApp }) {
  const names = (change: "added" | "removed" | "changed") =>
    props.app.environment.filter((variable) => variable.change === change).map(({ name }) => visibleName(name));
  return (
    <li>
      <b>{visibleName(props.app.id)}</b>{" "}
      <span class="faint">
        {texts.states[props.app.state]}
        {props.app.changed.length > 0 && `: ${props.app.changed.map((field) => texts.fields[field]).join(", ")}`}
      </span>
      <For each={["added", "removed", "changed"] as const}>
        {(change) => (
          <Show when={names(change).length > 0}>
            <div class="deployment-note">
              <span class="faint">
                {deploymentLabels.variables} {texts.variableChanges[change]}
              </span>{" "}
              <code>{names(change).join(" ")}</code>
            </div>
          </Show>
        )}
      </For>
    </li>
  );
}
