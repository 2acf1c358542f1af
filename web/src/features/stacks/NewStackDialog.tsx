import { createSignal, lazy, Show, Suspense } from "solid-js";
import { api, toMessage } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, focusInvalid, Skeleton, TextField } from "../../ui/index.ts";
import { nameProblem, parseVariables, starter } from "./stack-state.ts";

const ComposeEditor = lazy(() => import("./compose/ComposeEditor.tsx"));
const FORM = "new-stack";

export interface NewStackDialogProps {
  taken: (name: string) => boolean;
  onClose: () => void;
  onMade: (name: string) => void;
}

/** Asks for the name, the compose file and the variables of a new stack. */
export function NewStackDialog(props: NewStackDialogProps) {
  // Variables hold secrets: they are not kept.
  const draft = createFormDraft(
    "new-stack",
    { name: "", content: starter },
    { keep: ({ name, content }) => ({ name, content }) },
  );
  const name = () => draft.fields.name;
  const content = () => draft.fields.content;
  const [variables, setVariables] = createSignal("");
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [refusal, setRefusal] = createSignal<string | null>(null);
  const problem = () => nameProblem(name(), props.taken);
  const parsed = () => parseVariables(variables());
  const variablesProblem = () => {
    const result = parsed();
    return "problem" in result ? result.problem : null;
  };

  async function submit(event?: Event): Promise<void> {
    event?.preventDefault();
    setTried(true);
    const result = parsed();
    if (busy()) return;
    if (problem() || "problem" in result) return focusInvalid(event?.currentTarget ?? null);
    setBusy(true);
    setRefusal(null);
    try {
      await api.stacks.create({ name: name(), content: content(), env: result.values });
      draft.drop();
      props.onMade(name());
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setBusy(false);
    }
  }

  const cancel = () => {
    draft.drop();
    props.onClose();
  };

  return (
    <Dialog
      open
      wide
      title="New stack"
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button variant="primary" type="submit" form={FORM} busy={busy()}>
            Make stack
          </Button>
        </>
      }
    >
      <form id={FORM} class="stack" onSubmit={(event) => void submit(event)} noValidate>
        <DraftNotice draft={draft} without="the values of variables" onDiscard={() => setVariables("")} />
        <TextField
          label="Name"
          focus
          mono
          maxLength={63}
          value={name()}
          hint="Name of the compose project, and of its folder."
          error={tried() || name() !== "" ? problem() : null}
          onInput={(text) => draft.set("name", text)}
        />
        <div class="field">
          <span class="field-label">Compose file</span>
          <div class="editor-body stacks-dialog-editor">
            <Suspense fallback={<Skeleton lines={6} />}>
              <ComposeEditor
                label="Compose file"
                value={content()}
                readOnly={false}
                onChange={(text) => draft.set("content", text)}
                onSave={() => void submit()}
                check={(text) => api.stacks.validate({ content: text })}
              />
            </Suspense>
          </div>
        </div>
        <TextField
          label="Variables"
          rows={3}
          mono
          value={variables()}
          placeholder="NAME=value"
          hint="One a line, written to the file .env beside it. Values cannot be read here afterwards."
          error={variablesProblem()}
          onInput={setVariables}
        />
        <Show when={refusal()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
      </form>
    </Dialog>
  );
}
