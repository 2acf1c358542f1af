import Trash from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import { checkEntry } from "../../../../shared/protocol/allowed-entry.ts";
import type { ListEntry, ListSetting } from "../../../../shared/protocol/settings.ts";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { createCheckedSubmit } from "../../resource/checked-submit.ts";
import { confirmAction } from "../../resource/confirm-action.ts";
import { Badge, Button, Card, IconButton, TextField, toast } from "../../ui/index.ts";
import { listMessages, listTexts, settingsMessages } from "./messages.ts";
import { SettingNote } from "./SettingNote.tsx";

/** Programs that download and run any package by its name. */
const runners: ReadonlySet<string> = new Set([
  "npx",
  "bunx",
  "pnpx",
  "uvx",
  "pipx",
  "uv",
  "npm",
  "pnpm",
  "yarn",
  "deno",
  "docker",
]);

/** Entries of the environment, and those that administrators add and remove. */
export function ListCard(props: { setting: ListSetting }) {
  const invalidate = useInvalidate();
  const refetch = () => invalidate(queryKeys.settings);
  const { name } = props.setting;
  const texts = listTexts[name];
  const [text, setText] = createSignal("");
  const [error, setError] = createSignal<string | null>(null);
  const own = () => props.setting.entries.filter(({ source }) => source === "settings").map(({ entry }) => entry);

  const problemOf = (typed: string): string | null => {
    const checked = checkEntry(name, typed);
    if ("problem" in checked) return checked.problem;
    return own().includes(checked.entry) ? listMessages.twice : null;
  };
  const submit = createCheckedSubmit({
    check() {
      setError(problemOf(text()));
      return error() === null;
    },
    send: () => api.settings.setList(name, [...own(), text()], props.setting.version),
    refetch,
    onSent() {
      setText("");
      toast.success(settingsMessages.saved);
    },
  });
  const removed = {
    MCP_ALLOWED_COMMANDS: "removePrograms",
    MCP_ALLOWED_HOSTS: "removeHosts",
    ALERT_ALLOWED_HOSTS: "removeAlertHosts",
  } as const;
  const remove = (entry: string) =>
    confirmAction({
      title: listMessages.removeTitle(entry),
      body: listMessages[removed[name]],
      action: listMessages.removeAction,
      danger: true,
      send: () =>
        api.settings.setList(
          name,
          own().filter((one) => one !== entry),
          props.setting.version,
        ),
      done: settingsMessages.saved,
      refetch,
    });

  return (
    <Card title={texts.title}>
      <p class="muted settings-intro">{texts.note}</p>
      <ul class="settings-list" aria-label={texts.title}>
        <For each={props.setting.entries} fallback={<li class="muted">{listMessages.empty}</li>}>
          {(entry) => (
            <li>
              <div class="settings-entry">
                <code>{entry.entry}</code>
                <EntryNote entry={entry} />
              </div>
              <Show when={entry.source === "settings"} fallback={<Badge>{listMessages.environment}</Badge>}>
                <IconButton
                  label={listMessages.remove(entry.entry)}
                  icon={<Trash size={15} />}
                  onClick={() => void remove(entry.entry)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <form class="settings-row settings-add" noValidate onSubmit={(event) => void submit.submit(event)}>
        <TextField
          label={texts.add}
          mono
          placeholder={texts.placeholder}
          value={text()}
          error={error() ?? submit.problem()}
          onInput={(value) => {
            setText(value);
            setError(null);
            submit.dismiss();
          }}
        />
        <div class="settings-buttons">
          <Button type="submit" variant="primary" busy={submit.busy()}>
            {listMessages.add}
          </Button>
        </div>
      </form>
      <SettingNote setting={props.setting} />
    </Card>
  );
}

function EntryNote(props: { entry: ListEntry }) {
  const note = () => {
    const { entry, program, problem } = props.entry;
    if (problem) return problem;
    if (program === null) return listMessages.notFound;
    const isRunner =
      program !== undefined && !entry.includes(" ") && runners.has(entry.slice(entry.lastIndexOf("/") + 1));
    if (isRunner) return listMessages.anyPackage;
    return program === undefined || program === entry ? "" : listMessages.startsFrom(program);
  };
  return (
    <Show when={note()}>
      <span class="field-hint">{note()}</span>
    </Show>
  );
}
