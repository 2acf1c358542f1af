import { createEffect, createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { createStore } from "solid-js/store";
import type { McpImportPreview, McpImportReference } from "../../../../../shared/protocol/mcp-import.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Callout, Select, TextField, toast } from "../../../ui/index.ts";
import { ImportList } from "./ImportList.tsx";
import { importMessages as texts } from "./messages.ts";
import "./import.css";

/** Pause in typing before the file is read. */
const PAUSE_MS = 400;
const MAX_CHARACTERS = 256 * 1024;

/** Registers the servers of a file: paste or choose it, see what would happen, take all or some. */
export function ImportDialog(props: { onClose: () => void; onImported: (id: string | null) => void }) {
  const invalidate = useInvalidate();
  const [content, setContent] = createSignal("");
  const [left, setLeft] = createSignal<ReadonlySet<string>>(new Set());
  const [values, setValues] = createStore<Record<string, string>>({});
  const { preview, problem, refresh } = createPreview(content);
  const taken = () => (preview()?.entries ?? []).filter(({ name, action }) => isNew(action) && !left().has(name));
  const needed = () => {
    const used = new Set(taken().flatMap(({ references }) => references));
    return (preview()?.references ?? []).filter(({ reference }) => used.has(reference));
  };
  const chosenValue = ({ reference, suggestion }: McpImportReference) => values[reference] ?? suggestion ?? "";
  const submit = createSubmit({
    ready: () => taken().length > 0 && needed().every((one) => chosenValue(one) !== ""),
    send: () => {
      const variables = Object.fromEntries(needed().map((one) => [one.reference, chosenValue(one)]));
      return api.mcp.import({ content: content(), names: taken().map(({ name }) => name), variables });
    },
    refetch: () => invalidate(queryKeys.mcp),
    onSent(servers) {
      const done = servers.filter(({ action }) => isNew(action));
      if (done.length > 0) toast.success(texts.done(done.length));
      for (const { name, action, reason } of servers) {
        if (action === "refuse") toast.error(texts.refused(visibleName(name), reason ?? ""));
      }
      props.onImported(done.length === 1 ? (done[0]?.id ?? null) : null);
    },
  });
  const toggle = (name: string, isTaken: boolean) => {
    const next = new Set(left());
    if (isTaken) next.delete(name);
    else next.add(name);
    setLeft(next);
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MAX_CHARACTERS) toast.error(texts.tooLarge);
    else setContent(await file.text());
  };
  return (
    <FormDialog
      wide
      noValidate
      title={texts.title}
      submit={submit}
      action={texts.take(taken().length)}
      onClose={props.onClose}
    >
      <TextField
        label={texts.file}
        hint={texts.fileHint}
        focus
        mono
        rows={8}
        spellcheck={false}
        placeholder={'{ "mcpServers": { … } }'}
        value={content()}
        onInput={setContent}
      />
      <label class="import-file">
        <span>{texts.choose}</span>
        <input
          type="file"
          accept=".json,.jsonc,.json5,application/json"
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </label>
      <Show when={problem()}>
        <Callout tone="bad">{problem()}</Callout>
      </Show>
      <Show when={preview()}>
        {(known) => <ImportList entries={known().entries} left={left()} onToggle={toggle} onAllowed={refresh} />}
      </Show>
      <Show when={needed().length > 0}>
        <fieldset class="import-values">
          <legend class="field-label">{texts.values}</legend>
          <For each={needed()}>
            {(one) => (
              <ValueField one={one} value={chosenValue(one)} onInput={(value) => setValues(one.reference, value)} />
            )}
          </For>
          <div class="field-hint">{texts.valuesHint}</div>
        </fieldset>
      </Show>
    </FormDialog>
  );
}

const isNew = (action: string): boolean => action === "add" || action === "change";

function ValueField(props: { one: McpImportReference; value: string; onInput: (value: string) => void }) {
  const label = () => visibleName(props.one.label);
  return (
    <Show
      when={props.one.options}
      fallback={
        <TextField
          label={label()}
          mono
          type={props.one.secret ? "password" : "text"}
          autocomplete={props.one.secret ? "new-password" : "off"}
          value={props.value}
          onInput={props.onInput}
        />
      }
    >
      {(options) => (
        <Select
          label={label()}
          value={props.value}
          options={["", ...options()].map((value) => ({ value, label: value }))}
          onChange={props.onInput}
        />
      )}
    </Show>
  );
}

/** What an import of the text would do, read again after each pause in typing. */
function createPreview(content: () => string) {
  const [preview, setPreview] = createSignal<McpImportPreview>();
  const [problem, setProblem] = createSignal<string>();
  const [round, setRound] = createSignal(0);
  const isEmpty = createMemo(() => content().trim() === "");
  createEffect(() => {
    const text = content();
    round();
    if (isEmpty()) {
      setPreview(undefined);
      setProblem(undefined);
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(async () => {
      try {
        const read = await api.mcp.previewImport(text);
        if (!isCurrent) return;
        setPreview(read);
        setProblem(undefined);
      } catch (error) {
        if (!isCurrent) return;
        setPreview(undefined);
        setProblem(toMessage(error));
      }
    }, PAUSE_MS);
    onCleanup(() => {
      isCurrent = false;
      clearTimeout(timer);
    });
  });
  return { preview, problem, refresh: () => setRound((count) => count + 1) };
}
