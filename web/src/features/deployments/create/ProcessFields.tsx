import { createSignal, Show } from "solid-js";
import type { Pm2Daemon } from "../../../../../shared/protocol/pm2-daemon.ts";
import type { ProcessHostInfo } from "../../../../../shared/protocol/process-create.ts";
import { interpreterNames, PROCESS_NAME_MAX } from "../../../../../shared/protocol/process-create-limits.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { PairsField } from "../../../resource/PairsField.tsx";
import { Checkbox, Segmented, Select, TextField } from "../../../ui/index.ts";
import { createMessages as texts } from "./messages.ts";
import {
  DENO_OPTIONS,
  folderOfScript,
  type InterpreterChoice,
  nameOfScript,
  type ProcessDraft,
  type ProcessErrors,
} from "./process-form.ts";

interface FieldsProps {
  draft: ProcessDraft;
  set: (change: Partial<ProcessDraft>) => void;
  errors: ProcessErrors;
  /** Undefined while it is unknown. */
  host: ProcessHostInfo | undefined;
  /** Daemons to choose from, and the key of the chosen one. */
  daemons: readonly Pm2Daemon[];
  daemon: string;
}

/** The settings of a process to create: what most need, and the rest behind a heading. */
export function ProcessFields(props: FieldsProps) {
  const suggested = () => nameOfScript(props.draft.script);
  const folder = () => folderOfScript(props.draft.script, props.host?.home ?? "/");
  return (
    <>
      <Show when={props.daemons.length > 1}>
        <Select
          label={texts.user}
          value={props.daemon}
          options={props.daemons.map(({ key, user, home }) => ({
            value: key,
            label: texts.userOf(visibleName(user), home && visibleName(home)),
          }))}
          onChange={(daemon) => props.set({ daemon })}
        />
      </Show>
      <TextField
        label={texts.script}
        focus
        mono
        placeholder="server.js"
        hint={texts.scriptHint}
        value={props.draft.script}
        maxLength={4096}
        error={props.errors.script}
        onInput={(script) => props.set({ script })}
      />
      <TextField
        label={texts.args}
        mono
        hint={texts.argsHint}
        value={props.draft.args}
        error={props.errors.args}
        onInput={(args) => props.set({ args })}
      />
      <div class="form-pair">
        <TextField
          label={texts.cwd}
          mono
          placeholder={props.host ? folder() : undefined}
          hint={props.host ? texts.cwdHint(visibleName(folder())) : undefined}
          value={props.draft.cwd}
          maxLength={4096}
          error={props.errors.cwd}
          onInput={(cwd) => props.set({ cwd })}
        />
        <TextField
          label={texts.name}
          placeholder={suggested()}
          hint={suggested() === "" ? texts.nameHintNone : texts.nameHint(visibleName(suggested()))}
          value={props.draft.name}
          maxLength={PROCESS_NAME_MAX}
          error={props.errors.name}
          onInput={(name) => props.set({ name })}
        />
      </div>
      <InterpreterFields {...props} />
      <PairsField
        legend={texts.environment}
        noun="variable"
        pairs={props.draft.env}
        onChange={(env) => props.set({ env })}
        hint={props.host ? texts.environmentHint(visibleName(props.host.user)) : undefined}
        error={props.errors.env}
      />
      <MoreFields {...props} />
      <Show when={props.errors.startDaemon || props.draft.startDaemon}>
        <Checkbox
          label={texts.startDaemon}
          hint={props.errors.startDaemon}
          checked={props.draft.startDaemon}
          onChange={(startDaemon) => props.set({ startDaemon })}
        />
      </Show>
    </>
  );
}

function InterpreterFields(props: FieldsProps) {
  const labelOf = (name: (typeof interpreterNames)[number]) => {
    const found = props.host?.interpreters.find((one) => one.name === name);
    const label = texts.interpreters[name];
    if (!found) return label;
    return found.path === null ? texts.missing(label) : texts.found(label, found.version);
  };
  const options = (): { value: InterpreterChoice; label: string }[] => [
    ...interpreterNames.map((value) => ({ value, label: labelOf(value) })),
    { value: "path", label: texts.ownInterpreter },
  ];
  const choose = (interpreter: InterpreterChoice) => {
    const { interpreterArgs } = props.draft;
    const isUntouched = interpreterArgs === "" || interpreterArgs === DENO_OPTIONS;
    if (!isUntouched) props.set({ interpreter });
    else props.set({ interpreter, interpreterArgs: interpreter === "deno" ? DENO_OPTIONS : "" });
  };
  return (
    <>
      <div class="form-pair">
        <Select
          label={texts.interpreter}
          value={props.draft.interpreter}
          options={options()}
          error={props.errors.interpreter}
          onChange={choose}
        />
        <Show when={props.draft.interpreter !== "none"}>
          <TextField
            label={texts.interpreterArgs}
            mono
            hint={texts.interpreterArgsHint}
            value={props.draft.interpreterArgs}
            error={props.errors.interpreterArgs}
            onInput={(interpreterArgs) => props.set({ interpreterArgs })}
          />
        </Show>
      </div>
      <Show when={props.draft.interpreter === "path"}>
        <TextField
          label={texts.interpreterPath}
          mono
          placeholder="/usr/bin/ruby"
          value={props.draft.interpreterPath}
          error={props.errors.interpreterPath}
          onInput={(interpreterPath) => props.set({ interpreterPath })}
        />
      </Show>
    </>
  );
}

const hidden = ["namespace", "mode", "instances", "memory", "cron", "killTimeout"] as const;

function MoreFields(props: FieldsProps) {
  const [isOpen, setOpen] = createSignal(false);
  const hasError = () => hidden.some((field) => props.errors[field] !== undefined);
  return (
    <details class="process-more" open={isOpen() || hasError()} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.more}</summary>
      <div class="form">
        <div class="form-pair">
          <Segmented
            label={texts.mode}
            value={props.draft.mode}
            options={(["fork", "cluster"] as const).map((value) => ({ value, label: texts.modes[value] }))}
            onChange={(mode) => props.set({ mode })}
          />
          <TextField
            label={texts.instances}
            inputMode="numeric"
            value={props.draft.instances}
            error={props.errors.instances ?? props.errors.mode}
            onInput={(instances) => props.set({ instances })}
          />
        </div>
        <div class="form-pair">
          <TextField
            label={texts.memory}
            inputMode="numeric"
            hint={texts.memoryHint}
            value={props.draft.memory}
            error={props.errors.memory}
            onInput={(memory) => props.set({ memory })}
          />
          <TextField
            label={texts.killTimeout}
            inputMode="numeric"
            hint={texts.killTimeoutHint}
            value={props.draft.killTimeout}
            error={props.errors.killTimeout}
            onInput={(killTimeout) => props.set({ killTimeout })}
          />
        </div>
        <div class="form-pair">
          <TextField
            label={texts.cron}
            mono
            placeholder="0 3 * * *"
            hint={texts.cronHint}
            value={props.draft.cron}
            maxLength={100}
            error={props.errors.cron}
            onInput={(cron) => props.set({ cron })}
          />
          <TextField
            label={texts.namespace}
            value={props.draft.namespace}
            maxLength={PROCESS_NAME_MAX}
            error={props.errors.namespace}
            onInput={(namespace) => props.set({ namespace })}
          />
        </div>
        <Checkbox
          label={texts.autorestart}
          hint={texts.autorestartHint}
          checked={props.draft.autorestart}
          onChange={(autorestart) => props.set({ autorestart })}
        />
        <Select
          label={texts.logs}
          value={props.draft.logFiles}
          options={(["two", "one", "none"] as const).map((value) => ({ value, label: texts.logFiles[value] }))}
          onChange={(logFiles) => props.set({ logFiles })}
        />
        <Show when={props.draft.logFiles !== "none"}>
          <Checkbox label={texts.json} checked={props.draft.json} onChange={(json) => props.set({ json })} />
          <Checkbox
            label={texts.timestamps}
            checked={props.draft.timestamps}
            onChange={(timestamps) => props.set({ timestamps })}
          />
        </Show>
      </div>
    </details>
  );
}
