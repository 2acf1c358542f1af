import X from "lucide-solid/icons/x";
import { createSignal, Index, Show } from "solid-js";
import type { McpSavedCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { Button, IconButton, Select, TextField, toast } from "../../../ui/index.ts";
import {
  type AssertionDraft,
  type AssertionErrors,
  assertionKinds,
  emptyDraft,
  fromDraft,
  parseObject,
  toDraft,
} from "./assertion-draft.ts";
import { savedMessages as texts } from "./messages.ts";
import { type SavedCallInput, savedCallsApi, savedCallsKey } from "./saved-calls-api.ts";

const MAX_ASSERTIONS = 20;
const METHOD = /^[A-Za-z][A-Za-z0-9_./-]{0,127}$/;

export interface SaveCallDialogProps {
  serverId: string;
  /** What the fields start with. */
  call: Pick<SavedCallInput, "name" | "method" | "params" | "assertions">;
  /** Id of the saved call that is changed; a new one is saved if omitted. */
  id?: string;
  /** JSON Schema of the structured content, for an assertion that checks it. */
  outputSchema?: Record<string, unknown>;
  onClose: () => void;
  onSaved?: (call: McpSavedCall) => void;
}

/** Saves a call with a name and assertions, or changes a saved one. */
export function SaveCallDialog(props: SaveCallDialogProps) {
  const invalidate = useInvalidate();
  const [name, setName] = createSignal(props.call.name);
  const [method, setMethod] = createSignal(props.call.method);
  const [params, setParams] = createSignal(JSON.stringify(props.call.params ?? {}, null, 2));
  const given = props.call.assertions ?? [{ kind: "succeeds" as const }];
  const [drafts, setDrafts] = createSignal<readonly AssertionDraft[]>(
    given.map((assertion) =>
      toDraft(assertion.kind === "matches" ? { path: "/structuredContent", ...assertion } : assertion),
    ),
  );
  const [tried, setTried] = createSignal(false);
  const nameError = () => (tried() && name().trim() === "" ? texts.errors.name : undefined);
  const methodError = () => (tried() && !METHOD.test(method()) ? texts.errors.method : undefined);
  const paramsError = () => (tried() && !parseObject(params()) ? texts.errors.params : undefined);
  const errorsOf = (draft: AssertionDraft): AssertionErrors => {
    if (!tried()) return {};
    const read = fromDraft(draft);
    return "errors" in read ? read.errors : {};
  };
  const change = (index: number, fields: Partial<AssertionDraft>) =>
    setDrafts((all) => all.map((draft, at) => (at === index ? { ...draft, ...fields } : draft)));

  const submit = createCheckedSubmit({
    check() {
      setTried(true);
      const fields = !nameError() && !methodError() && !paramsError();
      return fields && drafts().every((draft) => "assertion" in fromDraft(draft));
    },
    send() {
      const assertions = drafts().flatMap((draft) => {
        const read = fromDraft(draft);
        return "assertion" in read ? [read.assertion] : [];
      });
      const call = { name: name().trim(), method: method(), params: parseObject(params()) ?? {}, assertions };
      return props.id === undefined
        ? savedCallsApi.save(props.serverId, call)
        : savedCallsApi.change(props.serverId, props.id, call);
    },
    refetch: () => invalidate(savedCallsKey(props.serverId)),
    onSent(call) {
      toast.success(texts.saved(visibleName(call.name)));
      props.onSaved?.(call);
      props.onClose();
    },
  });

  return (
    <FormDialog
      noValidate
      wide
      title={props.id === undefined ? texts.saveTitle : texts.editTitle(visibleName(props.call.name))}
      submit={submit}
      action={texts.save}
      onClose={props.onClose}
    >
      <TextField focus label={texts.fields.name} value={name()} error={nameError()} maxLength={128} onInput={setName} />
      <TextField mono label={texts.fields.method} value={method()} error={methodError()} onInput={setMethod} />
      <TextField mono rows={6} label={texts.fields.params} value={params()} error={paramsError()} onInput={setParams} />
      <Index each={drafts()}>
        {(draft, index) => (
          <AssertionFields
            number={index + 1}
            draft={draft()}
            errors={errorsOf(draft())}
            onChange={(fields) => change(index, fields)}
            onRemove={() => setDrafts((all) => all.filter((_one, at) => at !== index))}
          />
        )}
      </Index>
      <Show when={drafts().length < MAX_ASSERTIONS}>
        <div>
          <Button size="sm" onClick={() => setDrafts((all) => [...all, emptyDraft("contains", props.outputSchema)])}>
            {texts.fields.add}
          </Button>
        </div>
      </Show>
    </FormDialog>
  );
}

interface AssertionFieldsProps {
  number: number;
  draft: AssertionDraft;
  errors: AssertionErrors;
  onChange: (fields: Partial<AssertionDraft>) => void;
  onRemove: () => void;
}

function AssertionFields(props: AssertionFieldsProps) {
  const is = (...kinds: AssertionDraft["kind"][]) => kinds.includes(props.draft.kind);
  return (
    <fieldset class="tool-group">
      <div class="tool-row">
        <Select
          label={texts.fields.kind(props.number)}
          value={props.draft.kind}
          options={assertionKinds.map((kind) => ({ value: kind, label: texts.kinds[kind] }))}
          onChange={(kind) => props.onChange({ kind, ...(kind === "matches" ? { path: "/structuredContent" } : {}) })}
        />
        <IconButton
          size="sm"
          label={texts.fields.remove(props.number)}
          icon={<X size={14} />}
          onClick={() => props.onRemove()}
        />
      </div>
      <Show when={is("contains")}>
        <TextField
          label={texts.fields.text}
          value={props.draft.text}
          error={props.errors.text}
          onInput={(text) => props.onChange({ text })}
        />
      </Show>
      <Show when={is("exists", "equals", "matches")}>
        <TextField
          mono
          label={texts.fields.path}
          hint={texts.fields.pathHint}
          value={props.draft.path}
          error={props.errors.path}
          onInput={(path) => props.onChange({ path })}
        />
      </Show>
      <Show when={is("equals")}>
        <TextField
          mono
          rows={2}
          label={texts.fields.value}
          value={props.draft.value}
          error={props.errors.value}
          onInput={(value) => props.onChange({ value })}
        />
      </Show>
      <Show when={is("matches")}>
        <TextField
          mono
          rows={6}
          label={texts.fields.schema}
          value={props.draft.schema}
          error={props.errors.schema}
          onInput={(schema) => props.onChange({ schema })}
        />
      </Show>
      <Show when={is("within")}>
        <TextField
          inputMode="numeric"
          label={texts.fields.milliseconds}
          value={props.draft.milliseconds}
          error={props.errors.milliseconds}
          onInput={(milliseconds) => props.onChange({ milliseconds })}
        />
      </Show>
    </fieldset>
  );
}
