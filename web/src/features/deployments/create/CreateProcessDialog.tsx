import { createMemo, createSignal, Show } from "solid-js";
import { OWN_DAEMON } from "../../../../../shared/protocol/daemon-key.ts";
import type { DeploymentPreview } from "../../../../../shared/protocol/process-create.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { queryKeys, useDeployments, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Button, focusInvalid, toast } from "../../../ui/index.ts";
import { deploymentName } from "../deployment-list.ts";
import { createMessages as texts } from "./messages.ts";
import { ProcessFields } from "./ProcessFields.tsx";
import { ProcessPreview } from "./ProcessPreview.tsx";
import {
  emptyProcess,
  keepProcess,
  type ProcessDraft,
  type ProcessErrors,
  restoreProcess,
  toErrors,
  toProcess,
} from "./process-form.ts";

/** Creates a process of PM2 in two steps: its settings, and what would run. */
export function CreateProcessDialog(props: { onClose: () => void; onCreated: (id: string) => void }) {
  const invalidate = useInvalidate();
  const form = createFormDraft<ProcessDraft>("process:new", emptyProcess(), {
    keep: keepProcess,
    restore: restoreProcess,
  });
  const deployments = useDeployments();
  /** Daemons that a process can be created in. */
  const daemons = () =>
    (deployments.data?.daemons ?? []).filter(
      ({ key, state, readOnly }) => key === OWN_DAEMON || (state === "up" && readOnly === null),
    );
  /** A draft can name a daemon that is gone. */
  const daemon = () => (daemons().some(({ key }) => key === form.fields.daemon) ? form.fields.daemon : OWN_DAEMON);
  const host = useQuery(() => ({
    queryKey: [...queryKeys.interpreters, daemon()],
    queryFn: () => api.deployments.interpreters(daemon()),
  }));
  const [checked, setChecked] = createSignal(false);
  const [refused, setRefused] = createSignal<ProcessErrors>({});
  const [preview, setPreview] = createSignal<DeploymentPreview | null>(null);
  const home = () => host.data?.home ?? "/";
  const result = () => toProcess({ ...form.fields, daemon: daemon() }, home());
  const errors = createMemo((): ProcessErrors => {
    const local = checked() ? result() : undefined;
    return { ...refused(), ...(local && "errors" in local ? local.errors : {}) };
  });
  // What the server said holds for what it was asked.
  const set = (change: Partial<ProcessDraft>) => {
    setRefused((before) => ({
      ...before,
      ...Object.fromEntries(Object.keys(change).map((field) => [field, undefined])),
    }));
    form.set(change);
  };
  let element: EventTarget | null = null;
  const look = createCheckedSubmit({
    check() {
      setChecked(true);
      return !("errors" in result());
    },
    send: async () => {
      const input = result();
      return "errors" in input ? undefined : api.deployments.preview(input.preview);
    },
    onSent(found) {
      if (!found) return;
      setRefused(toErrors(found.problems));
      if (found.problems.length > 0) focusInvalid(element);
      else setPreview(found);
    },
  });
  const create = createSubmit({
    ready: () => preview() !== null,
    send: async () => {
      const input = result();
      const id = preview()?.id;
      return "errors" in input || id === undefined ? undefined : api.deployments.create(id, input.create);
    },
    refetch: () => Promise.all([queryKeys.deployments, queryKeys.processList].map((queryKey) => invalidate(queryKey))),
    draft: form,
    onSent(created) {
      if (!created) return;
      toast.success(texts.created(visibleName(created.deployment.name)));
      for (const note of created.notes) toast.info(note);
      props.onCreated(created.deployment.id);
    },
  });
  const submit = {
    ...look,
    async submit(event?: Event) {
      element = event?.currentTarget ?? null;
      await look.submit(event);
    },
  };
  const shownName = () => {
    const input = result();
    return "errors" in input ? "" : deploymentName({ namespace: "default", ...input.preview });
  };
  const back = () => {
    create.dismiss();
    setPreview(null);
  };

  return (
    <FormDialog
      wide
      noValidate
      title={preview() === null ? texts.title : texts.previewTitle}
      submit={submit}
      action={texts.preview}
      draft={form}
      draftWithout={texts.omitted}
      onClose={props.onClose}
      isSent={preview() !== null}
      sentView={
        <Show when={preview()}>
          {(found) => <ProcessPreview preview={found()} name={shownName()} problem={create.problem()} />}
        </Show>
      }
      sentFooter={
        <>
          <Button disabled={create.busy()} onClick={back}>
            {texts.back}
          </Button>
          <Button variant="primary" busy={create.busy()} onClick={() => void create.submit()}>
            {texts.create}
          </Button>
        </>
      }
    >
      <ProcessFields
        draft={form.fields}
        set={set}
        errors={errors()}
        host={host.data}
        daemons={daemons()}
        daemon={daemon()}
      />
    </FormDialog>
  );
}
