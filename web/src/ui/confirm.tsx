import { createSignal, type JSX, Show } from "solid-js";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { TextField } from "./fields.tsx";

export interface ConfirmOptions {
  title: string;
  /** What will happen, and whether it can be undone. */
  body?: JSX.Element;
  /** The verb on the button, such as `Remove`. */
  action: string;
  danger?: boolean;
  /** Must be typed before the button works: for what cannot be undone. */
  typed?: string;
}

interface Question extends ConfirmOptions {
  answer: (yes: boolean) => void;
}

const [question, setQuestion] = createSignal<Question | null>(null);

/** Asks the person; false when they step back. Needs one `ConfirmHost` on the page. */
export function confirm(options: ConfirmOptions): Promise<boolean> {
  question()?.answer(false);
  return new Promise((resolve) => {
    setQuestion({
      ...options,
      answer: (yes) => {
        setQuestion(null);
        resolve(yes);
      },
    });
  });
}

export function ConfirmHost() {
  return <Show when={question()}>{(asked) => <ConfirmDialog question={asked()} />}</Show>;
}

function ConfirmDialog(props: { question: Question }) {
  const [typed, setTyped] = createSignal("");
  const ready = () => props.question.typed === undefined || typed() === props.question.typed;
  return (
    <Dialog
      open
      title={props.question.title}
      onClose={() => props.question.answer(false)}
      footer={
        <>
          <Button onClick={() => props.question.answer(false)}>Cancel</Button>
          <Button
            variant={props.question.danger ? "danger" : "primary"}
            disabled={!ready()}
            onClick={() => props.question.answer(true)}
          >
            {props.question.action}
          </Button>
        </>
      }
    >
      <Show when={props.question.body}>
        <div>{props.question.body}</div>
      </Show>
      <Show when={props.question.typed}>
        {(word) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (ready()) props.question.answer(true);
            }}
          >
            <TextField label={`Type ${word()} to go on`} value={typed()} onInput={setTyped} autocomplete="off" mono />
          </form>
        )}
      </Show>
    </Dialog>
  );
}
