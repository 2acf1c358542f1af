import { createSignal } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { Checkbox, TextField } from "../../../ui/index.ts";
import { runMessages as texts } from "../messages.ts";

/** Longest limit: 30 days. */
const MAX_MINUTES = 30 * 24 * 60;

/** When a server starts and ends by itself. */
export function LimitsDialog(props: { server: McpServer; onClose: () => void }) {
  const invalidate = useInvalidate();
  const before = props.server.supervision;
  const [startWithPanel, setStartWithPanel] = createSignal(before.startWithPanel);
  const [idle, setIdle] = createSignal(String(before.idleMinutes ?? ""));
  const [lifetime, setLifetime] = createSignal(String(before.lifetimeMinutes ?? ""));
  const [checked, setChecked] = createSignal(false);
  const problem = (text: string) => (checked() && toMinutes(text) === undefined ? texts.minutes : undefined);
  const submit = createCheckedSubmit({
    check() {
      setChecked(true);
      return toMinutes(idle()) !== undefined && toMinutes(lifetime()) !== undefined;
    },
    send: () =>
      api.mcp.supervise(props.server.id, {
        startWithPanel: startWithPanel(),
        idleMinutes: toMinutes(idle()),
        lifetimeMinutes: toMinutes(lifetime()),
      }),
    refetch: () => invalidate(queryKeys.mcp),
    onSent: () => props.onClose(),
  });
  return (
    <FormDialog
      noValidate
      title={texts.editTitle(visibleName(props.server.name))}
      submit={submit}
      action={texts.save}
      onClose={props.onClose}
    >
      <Checkbox
        label={texts.startWithPanel}
        hint={texts.startWithPanelHint}
        checked={startWithPanel()}
        onChange={setStartWithPanel}
      />
      <TextField
        label={texts.idleField}
        hint={texts.idleHint}
        inputMode="numeric"
        value={idle()}
        error={problem(idle())}
        onInput={setIdle}
      />
      <TextField
        label={texts.lifetimeField}
        hint={texts.lifetimeHint}
        inputMode="numeric"
        value={lifetime()}
        error={problem(lifetime())}
        onInput={setLifetime}
      />
    </FormDialog>
  );
}

/** Null for an empty field, undefined for what is no number of minutes. */
function toMinutes(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const minutes = Number(text);
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= MAX_MINUTES ? minutes : undefined;
}
