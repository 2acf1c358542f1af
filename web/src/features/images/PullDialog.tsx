import { createSignal, Show } from "solid-js";
import { parseImageReference } from "../../../../shared/protocol/image-reference.ts";
import { images } from "../../lib/api/docker.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { useJob, useJobs } from "../../lib/jobs/jobs.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Button, TextField } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { dialogMessages, imageLabels } from "./messages.ts";

/** Asks for an image, then shows the progress of its layers. The pull continues if the dialog is closed. */
export function PullDialog(props: { onClose: () => void }) {
  const jobs = useJobs();
  const form = createFormDraft("pull-image", { reference: "" }, { keep: ({ reference }) => ({ reference }) });
  const reference = () => form.fields.reference.trim();
  const parsed = () => parseImageReference(reference());
  const [jobId, setJobId] = createSignal<string>();
  const job = useJob(jobId);
  const isRunning = () => job()?.state === "running";
  const submit = createSubmit({
    ready: () => parsed() !== null,
    send: () => images.pull(reference()),
    draft: form,
    onSent: (started) => {
      void jobs.started(started);
      setJobId(started.id);
    },
  });
  const hint = () => {
    const image = parsed();
    if (!image) return dialogMessages.pullHint;
    return dialogMessages.pullFrom(image.registry, image.repository, image.digest ?? image.tag ?? "");
  };
  return (
    <FormDialog
      title={dialogMessages.pullTitle}
      submit={submit}
      action={dialogMessages.pull}
      draft={form}
      onClose={props.onClose}
      isSent={jobId() !== undefined}
      sentView={
        <Show when={job()}>
          {(current) => <JobProgress job={current()} onCancel={() => void jobs.cancel(current().id)} />}
        </Show>
      }
      sentFooter={
        <>
          <Show when={!isRunning()}>
            <Button onClick={() => setJobId(undefined)}>{dialogMessages.pullAnother}</Button>
          </Show>
          <Button variant="primary" onClick={props.onClose}>
            {isRunning() ? dialogMessages.background : dialogMessages.close}
          </Button>
        </>
      }
    >
      <TextField
        label={imageLabels.image}
        hint={hint()}
        value={form.fields.reference}
        onInput={(text) => form.set("reference", text)}
        maxLength={512}
        placeholder="nginx:1.27"
        mono
        focus
      />
    </FormDialog>
  );
}
