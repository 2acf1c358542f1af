import { createSignal, type JSX, Show } from "solid-js";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { TextField } from "./fields.tsx";
import { uiMessages } from "./messages.ts";

export interface ConfirmOptions {
  title: string;
  /** What the action does, and whether it can be undone. */
  body?: JSX.Element;
  /** The verb on the button, such as `Remove`. */
  action: string;
  danger?: boolean;
  /** Text to type before the button works: for what cannot be undone. */
  typed?: string;
}

interface Prompt extends ConfirmOptions {
  resolve: (confirmed: boolean) => void;
}

const [prompt, setPrompt] = createSignal<Prompt | null>(null);

/** Opens a dialog; resolves with false if it is cancelled, or replaced by another one. Needs one `ConfirmHost` on the page. */
export function confirm(options: ConfirmOptions): Promise<boolean> {
  prompt()?.resolve(false);
  return new Promise((resolve) => {
    setPrompt({
      ...options,
      resolve: (confirmed) => {
        setPrompt(null);
        resolve(confirmed);
      },
    });
  });
}

export function ConfirmHost() {
  return (
    <Show when={prompt()} keyed>
      {(open) => <ConfirmDialog prompt={open} />}
    </Show>
  );
}

function ConfirmDialog(props: { prompt: Prompt }) {
  const [typed, setTyped] = createSignal("");
  const ready = () => props.prompt.typed === undefined || typed() === props.prompt.typed;
  return (
    <Dialog
      open
      title={props.prompt.title}
      onClose={() => props.prompt.resolve(false)}
      footer={
        <>
          <Button onClick={() => props.prompt.resolve(false)}>{uiMessages.cancel}</Button>
          <Button
            variant={props.prompt.danger ? "danger" : "primary"}
            disabled={!ready()}
            onClick={() => props.prompt.resolve(true)}
          >
            {props.prompt.action}
          </Button>
        </>
      }
    >
      <Show when={props.prompt.body}>
        <div>{props.prompt.body}</div>
      </Show>
      <Show when={props.prompt.typed}>
        {(text) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (ready()) props.prompt.resolve(true);
            }}
          >
            <TextField
              label={uiMessages.confirmTyping(text())}
              value={typed()}
              onInput={setTyped}
              autocomplete="off"
              mono
            />
          </form>
        )}
      </Show>
    </Dialog>
  );
}
