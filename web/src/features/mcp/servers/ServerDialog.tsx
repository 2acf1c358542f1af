import { createMemo, createSignal, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { DraftNotice } from "../../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, focusInvalid, Segmented, TextField, toast } from "../../../ui/index.ts";
import { PairsField } from "./PairsField.tsx";
import {
  type DraftErrors,
  emptyDraft,
  keepServer,
  restoreServer,
  type ServerDraft,
  toChange,
  toDraft,
  toInput,
} from "./server-form.ts";

export interface ServerDialogProps {
  /** The server to edit; a new one when absent. */
  server?: McpServer;
  onClose: () => void;
  onSaved: (server: McpServer) => void;
}

const FORM = "mcp-server-form";

/** Registers an MCP server, or edits one. */
export function ServerDialog(props: ServerDialogProps) {
  const editing = () => props.server !== undefined;
  const initial = props.server ? toDraft(props.server) : emptyDraft();
  const form = createFormDraft<ServerDraft>(`mcp-server:${props.server?.id ?? "new"}`, initial, {
    keep: keepServer,
    restore: (kept) => restoreServer(kept, initial),
    edits: props.server !== undefined,
  });
  const { fields: draft, set: setDraft } = form;
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const [tried, setTried] = createSignal(false);
  const errors = createMemo((): DraftErrors => {
    const checked = tried() ? toChange(draft) : undefined;
    return checked && "errors" in checked ? checked.errors : {};
  });
  const [refusal, setRefusal] = createSignal("");
  const [saving, setSaving] = createSignal(false);

  function create(): Promise<McpServer> | undefined {
    const checked = toInput(draft);
    return "input" in checked ? api.mcp.create(checked.input) : undefined;
  }
  function change(id: string): Promise<McpServer> | undefined {
    const checked = toChange(draft);
    return "input" in checked ? api.mcp.update(id, checked.input) : undefined;
  }
  async function save(event: Event): Promise<void> {
    event.preventDefault();
    const { server } = props;
    setTried(true);
    const sent = server ? change(server.id) : create();
    if (!sent) return focusInvalid(event.currentTarget);
    setSaving(true);
    setRefusal("");
    try {
      const saved = await sent;
      await invalidate(queryKeys.mcp);
      toast.success(`${saved.name} ${server ? "saved" : "registered"}`);
      form.drop();
      props.onSaved(saved);
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setSaving(false);
    }
  }

  return (
    <Dialog
      open
      wide
      title={editing() ? `Edit ${props.server?.name ?? ""}` : "Register an MCP server"}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button variant="primary" type="submit" form={FORM} busy={saving()}>
            {editing() ? "Save" : "Register"}
          </Button>
        </>
      }
    >
      <form id={FORM} class="server-form" onSubmit={(event) => void save(event)} noValidate>
        <DraftNotice
          draft={form}
          without={
            draft.type === "stdio"
              ? "values of variables, and arguments that look like a secret"
              : "values of headers, and an address that may hold a secret"
          }
        />
        <TextField
          label="Name"
          focus
          value={draft.name}
          maxLength={64}
          error={errors().name}
          onInput={(name) => setDraft({ name })}
        />
        <Segmented
          label="Transport"
          value={draft.type}
          options={[
            { value: "stdio", label: "Program on this host" },
            { value: "http", label: "Address (HTTP)" },
          ]}
          onChange={(type) => setDraft({ type })}
        />
        <Show when={draft.type === "stdio"} fallback={<HttpFields />}>
          <TextField
            label="Program"
            mono
            placeholder="npx"
            value={draft.command}
            error={errors().command}
            onInput={(command) => setDraft({ command })}
          />
          <TextField
            label="Arguments"
            mono
            rows={4}
            placeholder={"-y\n@modelcontextprotocol/server-everything"}
            hint="One a line. No shell reads them: no quotes are needed."
            value={draft.args}
            error={errors().args}
            onInput={(args) => setDraft({ args })}
          />
          <PairsField
            legend="Environment"
            noun="variable"
            pairs={draft.env}
            onChange={(env) => setDraft({ env })}
            hint={
              editing()
                ? "Values are never shown again. They are kept unless you type another; for another program or arguments, type each anew."
                : "Values are kept on the server and never shown again."
            }
            error={errors().env}
          />
          <p class="muted">This program will run on the server as the panel's own user.</p>
        </Show>
        <Show when={refusal()}>
          <Callout tone="bad">{refusal()}</Callout>
        </Show>
      </form>
    </Dialog>
  );

  function HttpFields() {
    return (
      <>
        <TextField
          label="Address"
          type="url"
          mono
          placeholder="https://example.com/mcp"
          value={draft.url}
          error={errors().url}
          onInput={(url) => setDraft({ url })}
        />
        <PairsField
          legend="Headers"
          noun="header"
          pairs={draft.headers}
          onChange={(headers) => setDraft({ headers })}
          hint={
            editing()
              ? "Values are never shown again. They are kept unless you type another; for another host, type each anew."
              : "Values are kept on the server and never shown again."
          }
          error={errors().headers}
        />
      </>
    );
  }
}
