import { createMemo, createSignal, Show } from "solid-js";
import { entryOf, hostOf, isAllowedCall } from "../../../../../shared/protocol/allowed-entry.ts";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { keepableText } from "../../../lib/keepable.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSettings } from "../../../lib/settings-queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { apiUrl } from "../../../lib/urls.ts";
import { AllowEntry } from "../../../resource/AllowEntry.tsx";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { PairsField } from "../../../resource/PairsField.tsx";
import { Segmented, Select, TextField, toast } from "../../../ui/index.ts";
import { mcpLabels, mcpMessages } from "../messages.ts";
import {
  type DraftErrors,
  emptyDraft,
  keepServer,
  restoreServer,
  type ServerDraft,
  toCall,
  toChange,
  toDraft,
  toInput,
} from "./server-form.ts";

const texts = mcpMessages.form;

export interface ServerDialogProps {
  /** The server to edit; a new one when absent. */
  server?: McpServer;
  onClose: () => void;
  onSaved: (server: McpServer) => void;
}

/** Registers an MCP server, or edits one. */
export function ServerDialog(props: ServerDialogProps) {
  const invalidate = useInvalidate();
  const isEdit = () => props.server !== undefined;
  const initial = props.server ? toDraft(props.server) : emptyDraft();
  const form = createFormDraft<ServerDraft>(`mcp-server:${props.server?.id ?? "new"}`, initial, {
    keep: keepServer,
    restore: (kept) => restoreServer(kept, initial),
    edits: props.server !== undefined,
  });
  const { fields: draft, set } = form;
  const [checked, setChecked] = createSignal(false);
  const errors = createMemo((): DraftErrors => {
    const result = checked() ? toChange(draft) : undefined;
    return result && "errors" in result ? result.errors : {};
  });
  const create = () => {
    const result = toInput(draft);
    return "input" in result ? api.mcp.create(result.input) : undefined;
  };
  const change = (id: string) => {
    const result = toChange(draft);
    return "input" in result ? api.mcp.update(id, result.input) : undefined;
  };
  const submit = createCheckedSubmit({
    check() {
      setChecked(true);
      return "input" in (isEdit() ? toChange(draft) : toInput(draft));
    },
    send: async () => (props.server ? change(props.server.id) : create()),
    refetch: () => invalidate(queryKeys.mcp),
    draft: form,
    onSent(saved) {
      if (!saved) return;
      toast.success(isEdit() ? mcpMessages.saved(saved.name) : mcpMessages.registered(saved.name));
      props.onSaved(saved);
    },
  });
  const parts = { draft, set };

  return (
    <FormDialog
      wide
      noValidate
      title={props.server ? mcpMessages.editTitle(props.server.name) : mcpMessages.registerTitle}
      submit={submit}
      action={isEdit() ? mcpMessages.save : mcpMessages.register}
      draft={form}
      draftWithout={draft.type === "stdio" ? texts.draftOmitsProgram : texts.draftOmitsAddress}
      onClose={props.onClose}
    >
      <TextField
        label={mcpLabels.name}
        focus
        value={draft.name}
        maxLength={64}
        error={errors().name}
        onInput={(name) => set({ name })}
      />
      <Segmented
        label={mcpLabels.transport}
        value={draft.type}
        options={[
          { value: "stdio", label: texts.program },
          { value: "http", label: texts.address },
        ]}
        onChange={(type) => set({ type })}
      />
      <Show when={draft.type === "stdio"} fallback={<HttpFields {...parts} errors={errors()} isEdit={isEdit()} />}>
        <ProgramFields {...parts} errors={errors()} isEdit={isEdit()} />
      </Show>
      <Show when={draft.type === "http" && submit.problem()?.includes("MCP_ALLOWED_HOSTS") && hostOf(draft.url)} keyed>
        {(host) => <AllowEntry list="MCP_ALLOWED_HOSTS" entry={host} onAllowed={submit.dismiss} />}
      </Show>
    </FormDialog>
  );
}

interface TransportFieldsProps {
  draft: ServerDraft;
  set: (change: Partial<ServerDraft>) => void;
  errors: DraftErrors;
  isEdit: boolean;
}

function ProgramFields(props: TransportFieldsProps) {
  const settings = useSettings();
  const allowed = () => {
    const list = settings.data?.settings.find(({ name }) => name === "MCP_ALLOWED_COMMANDS");
    return list?.kind === "list" ? list.entries.map(({ entry }) => entry) : undefined;
  };
  const hint = () => {
    const entries = allowed();
    return entries && texts.allowed(entries.map(visibleName));
  };
  /** The call as an entry of the list, when the list is known and does not allow it. */
  const refused = () => {
    const entries = allowed();
    const call = toCall(props.draft);
    if (!entries || call[0] === "") return undefined;
    return isAllowedCall(entries, call)
      ? undefined
      : entryOf(call, (words) => keepableText(words.join("\n")) === undefined);
  };
  return (
    <>
      <TextField
        label={mcpLabels.program}
        mono
        placeholder="npx"
        hint={hint()}
        value={props.draft.command}
        error={props.errors.command}
        onInput={(command) => props.set({ command })}
      />
      <TextField
        label={mcpLabels.arguments}
        mono
        rows={4}
        placeholder={"-y\n@modelcontextprotocol/server-everything"}
        hint={texts.argumentsHint}
        value={props.draft.args}
        error={props.errors.args}
        onInput={(args) => props.set({ args })}
      />
      <PairsField
        legend={mcpLabels.environment}
        noun="variable"
        pairs={props.draft.env}
        onChange={(env) => props.set({ env })}
        hint={props.isEdit ? texts.valuesKept("program or arguments") : texts.valuesStored}
        error={props.errors.env}
      />
      <p class="muted">{texts.runsAs}</p>
      <Show when={refused()} keyed>
        {(entry) => <AllowEntry list="MCP_ALLOWED_COMMANDS" entry={entry} />}
      </Show>
    </>
  );
}

const protocolOptions = (["auto", "streamable-http", "sse"] as const).map((value) => ({
  value,
  label: texts.protocols[value],
}));

function HttpFields(props: TransportFieldsProps) {
  return (
    <>
      <TextField
        label={mcpLabels.address}
        type="url"
        mono
        placeholder="https://example.com/mcp"
        value={props.draft.url}
        error={props.errors.url}
        onInput={(url) => props.set({ url })}
      />
      <PairsField
        legend={mcpLabels.headers}
        noun="header"
        pairs={props.draft.headers}
        onChange={(headers) => props.set({ headers })}
        hint={props.isEdit ? texts.valuesKept("host") : texts.valuesStored}
        error={props.errors.headers}
      />
      <Select
        label={texts.protocol}
        hint={texts.protocolHint}
        value={props.draft.protocol}
        options={protocolOptions}
        onChange={(protocol) => props.set({ protocol })}
      />
      <details>
        <summary>{texts.oauth}</summary>
        <div class="form">
          <p class="muted">{texts.oauthNote}</p>
          <TextField
            label={texts.clientId}
            mono
            hint={texts.returnAddress(`${apiUrl()}/api/mcp/oauth/callback`)}
            value={props.draft.clientId}
            error={props.errors.clientId}
            onInput={(clientId) => props.set({ clientId })}
          />
          <TextField
            label={texts.clientSecret}
            type="password"
            autocomplete="off"
            hint={props.draft.clientSecret === null ? texts.clientSecretKept : texts.valuesStored}
            value={props.draft.clientSecret ?? ""}
            onInput={(clientSecret) => props.set({ clientSecret })}
          />
          <TextField
            label={texts.scope}
            mono
            hint={texts.scopeHint}
            value={props.draft.scope}
            error={props.errors.scope}
            onInput={(scope) => props.set({ scope })}
          />
        </div>
      </details>
    </>
  );
}
