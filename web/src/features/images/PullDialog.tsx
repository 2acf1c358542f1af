import { createSignal, Show } from "solid-js";
import { parseImageReference } from "../../../../shared/protocol/image-reference.ts";
import { images } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { jobs, useJob } from "../../lib/jobs/jobs.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, TextField } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";

/** Asks for an image, and shows its layers come in. Closed while that goes on, the shell's tray shows it. */
export function PullDialog(props: { onClose: () => void }) {
  const form = createFormDraft("pull-image", { reference: "" }, { keep: ({ reference }) => ({ reference }) });
  const reference = () => form.fields.reference;
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const [jobId, setJobId] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const job = useJob(jobId);
  const parsed = () => parseImageReference(reference().trim());
  const running = () => job()?.state === "running";
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!parsed()) return;
    setBusy(true);
    setProblem(null);
    try {
      const begun = await images.pull(reference().trim());
      void jobs.begun(begun);
      form.drop();
      setJobId(begun.id);
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
    }
  };
  const hint = () => {
    const wanted = parsed();
    if (!wanted) return "Such as nginx, nginx:1.27, ghcr.io/owner/app:v1 or a name with a digest.";
    return `From ${wanted.registry}: ${wanted.repository}, ${wanted.digest ?? wanted.tag}.`;
  };
  return (
    <Dialog
      open
      title="Pull an image"
      onClose={props.onClose}
      footer={
        <Show
          when={jobId()}
          fallback={
            <>
              <Button onClick={cancel}>Cancel</Button>
              <Button type="submit" form="pull" variant="primary" busy={busy()} disabled={!parsed()}>
                Pull
              </Button>
            </>
          }
        >
          <Show when={!running()}>
            <Button onClick={() => setJobId(undefined)}>Pull another</Button>
          </Show>
          <Button variant="primary" onClick={props.onClose}>
            {running() ? "Run in background" : "Close"}
          </Button>
        </Show>
      }
    >
      <Show
        when={jobId()}
        fallback={
          <form id="pull" class="form" onSubmit={(event) => void submit(event)}>
            <DraftNotice draft={form} />
            <Show when={problem()}>
              <Callout tone="bad">{problem()}</Callout>
            </Show>
            <TextField
              label="Image"
              hint={hint()}
              value={reference()}
              onInput={(text) => form.set("reference", text)}
              maxLength={512}
              placeholder="nginx:1.27"
              mono
              focus
            />
          </form>
        }
      >
        {(id) => (
          <Show when={job()}>{(now) => <JobProgress job={now()} onCancel={() => void jobs.cancel(id())} />}</Show>
        )}
      </Show>
    </Dialog>
  );
}
