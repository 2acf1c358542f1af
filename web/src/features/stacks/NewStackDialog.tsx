import { createSignal, lazy, Show, Suspense } from "solid-js";
import { api, toMessage } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, focusInvalid, Skeleton, TextField } from "../../ui/index.ts";
import { newStackMessages as messages, stackListMessages } from "./messages.ts";
import { nameProblem, parseVariables, starter } from "./stack-state.ts";

const ComposeEditor = lazy(() => import("./compose/ComposeEditor.tsx"));
const FORM = "new-stack";

export interface NewStackDialogProps {
  taken: (name: string) => boolean;
  onClose: () => void;
  onCreated: (name: string) => void;
}

/** Creates a stack from a name, a compose file and variables. */
export function NewStackDialog(props: NewStackDialogProps) {
  // Variables contain secrets: a draft leaves them out.
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
      props.onCreated(name());
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
      title={stackListMessages.newStack}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>{messages.cancel}</Button>
          <Button variant="primary" type="submit" form={FORM} busy={busy()}>
            {messages.create}
          </Button>
        </>
      }
    >
      <form id={FORM} class="stack" onSubmit={(event) => void submit(event)} noValidate>
        <DraftNotice draft={draft} without={messages.draftWithout} onDiscard={() => setVariables("")} />
        <TextField
          label={messages.name}
          focus
          mono
          maxLength={63}
          value={name()}
          hint={messages.nameHint}
          error={tried() || name() !== "" ? problem() : null}
          onInput={(text) => draft.set("name", text)}
        />
        <div class="field">
          <span class="field-label">{messages.file}</span>
          <div class="editor-body stacks-dialog-editor">
            <Suspense fallback={<Skeleton lines={6} />}>
              <ComposeEditor
                label={messages.file}
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
          label={messages.variables}
          rows={3}
          mono
          value={variables()}
          placeholder={messages.variablesExample}
          hint={messages.variablesHint}
          error={variablesProblem()}
          onInput={setVariables}
        />
        <Show when={refusal()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
      </form>
    </Dialog>
  );
}
