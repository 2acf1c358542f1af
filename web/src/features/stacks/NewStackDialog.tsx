import { createSignal, Suspense } from "solid-js";
import { api } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { lazy } from "../../lib/load-part.ts";
import { createCheckedSubmit } from "../../resource/checked-submit.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { Skeleton, TextField } from "../../ui/index.ts";
import { newStackMessages as messages, stackListMessages } from "./messages.ts";
import { nameProblem, parseVariables, starter } from "./stack-state.ts";

const ComposeEditor = lazy(() => import("./compose/ComposeEditor.tsx"));

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
  const problem = () => nameProblem(name(), props.taken);
  const parsed = () => parseVariables(variables());
  const variablesProblem = () => {
    const result = parsed();
    return "problem" in result ? result.problem : null;
  };

  const submit = createCheckedSubmit({
    check() {
      setTried(true);
      return problem() === null && variablesProblem() === null;
    },
    send() {
      const result = parsed();
      return api.stacks.create({ name: name(), content: content(), env: "values" in result ? result.values : {} });
    },
    draft,
    onSent: () => props.onCreated(name()),
  });

  return (
    <FormDialog
      wide
      noValidate
      title={stackListMessages.newStack}
      submit={submit}
      action={messages.create}
      draft={draft}
      draftWithout={messages.draftWithout}
      onDiscard={() => setVariables("")}
      onClose={props.onClose}
    >
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
        <div class="editor-body stack-dialog-editor">
          <Suspense fallback={<Skeleton lines={6} />}>
            <ComposeEditor
              label={messages.file}
              value={content()}
              readOnly={false}
              onChange={(text) => draft.set("content", text)}
              onSave={() => void submit.submit()}
              check={(text) => api.stacks.validate({ content: text })}
            />
          </Suspense>
        </div>
        <span class="field-hint">{messages.fileHint}</span>
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
    </FormDialog>
  );
}
