import { For, Show } from "solid-js";
import type { ProcessListState, SavedApp } from "../../../../shared/protocol/process-list.ts";
import { api } from "../../lib/api.ts";
import { formatDateTime } from "../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Callout, Facts, toast } from "../../ui/index.ts";
import { deploymentLabels, rebootMessages as texts } from "./messages.ts";
import { useProcessList } from "./process-list.ts";
import { unsavedApps } from "./reboot-state.ts";

export interface ListedDaemon {
  /** Key of the daemon. */
  daemon: string;
  /** User of the daemon, where there is more than one. */
  user: string | null;
  readOnly: boolean;
}

/** What saving the list of a daemon changes, once the list is read. */
export function SaveListDialog(props: ListedDaemon & { onClose: () => void }) {
  const list = useProcessList(() => props.daemon);
  return <Show when={list.data}>{(state) => <RebootDialog {...props} list={state()} />}</Show>;
}

/** Says what comes back after a reboot, and saves PM2's list. */
export function RebootDialog(props: ListedDaemon & { list: ProcessListState; onClose: () => void }) {
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
      <b>{visibleName(props.app.id.slice(props.app.id.indexOf(":") + 1))}</b>{" "}
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
