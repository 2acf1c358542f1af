import SquareTerminal from "lucide-solid/icons/square-terminal";
import { createSignal, onMount, Show } from "solid-js";
import { type ShellCommand, shellCommands } from "../../../../shared/protocol/shell-limits.ts";
import type { Submit } from "../../resource/submit.ts";
import { Button, Select, TextField } from "../../ui/index.ts";
import { shellMessages } from "./messages.ts";

/** Program and user of the next shell. */
export function createShellChoice() {
  const [command, setCommand] = createSignal<ShellCommand>("auto");
  const [user, setUser] = createSignal("");
  return { command, setCommand, user, setUser };
}

/** Asks for the program and the user of a shell, and opens it. */
export function ShellForm(props: { choice: ReturnType<typeof createShellChoice>; submit: Submit }) {
  const { command, setCommand, user, setUser } = props.choice;
  let form: HTMLFormElement | undefined;
  // After the palette nothing has the focus: Enter opens a shell at once.
  onMount(() => {
    if (document.activeElement === document.body) form?.querySelector<HTMLElement>("[type=submit]")?.focus();
  });
  return (
    <form ref={form} class="shell-form" onSubmit={(event) => void props.submit.submit(event)}>
      <Select
        label={shellMessages.shell}
        value={command()}
        options={shellCommands.map((value) => ({ value, label: value === "auto" ? shellMessages.automatic : value }))}
        onChange={setCommand}
      />
      <TextField label={shellMessages.user} value={user()} onInput={setUser} placeholder={shellMessages.imageDefault} />
      <Button type="submit" variant="primary" busy={props.submit.busy()} icon={<SquareTerminal size={15} />}>
        {shellMessages.open}
      </Button>
      <Show when={props.submit.problem()}>
        {(text) => (
          <p class="field-error" role="alert">
            {text()}
          </p>
        )}
      </Show>
    </form>
  );
}
