import { createUniqueId, type JSX, Show } from "solid-js";
import { DraftNotice, type DraftNoticeProps } from "../ui/DraftNotice.tsx";
import { Button, Callout, Dialog } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";
import type { Submit } from "./submit.ts";

interface SubmitDialogProps {
  title: JSX.Element;
  submit: Submit;
  /** Label of the button that sends, such as `Create volume`. */
  action: JSX.Element;
  /** The action deletes or interrupts something. */
  danger?: boolean;
  /** Label of the other button; `Cancel` if omitted. */
  cancel?: string;
  onClose: () => void;
  wide?: boolean;
  children: JSX.Element;
}

export interface FormDialogProps extends SubmitDialogProps {
  /** Survives closing by Escape or a click outside; `Cancel` drops it unless `keepsDraft` is set. */
  draft?: DraftNoticeProps["draft"] & { drop: () => void };
  keepsDraft?: boolean;
  /** What the draft leaves out, such as `passwords`. */
  draftWithout?: string;
  /** Also runs when the draft is discarded: empties the fields that a draft leaves out. */
  onDiscard?: () => void;
  /** The form checks its fields itself: the browser's own check stays off. */
  noValidate?: boolean;
  /** Above the form, such as a list of what exists already. */
  before?: JSX.Element;
  /** The form was sent, and `sentView` and `sentFooter` take its place: for actions that continue as a job. */
  isSent?: boolean;
  sentView?: JSX.Element;
  sentFooter?: JSX.Element;
  /** What `sentView` shows cannot be shown again: neither Escape nor a click outside closes it. */
  shownOnce?: boolean;
}

/** Takes the focus from the field that is gone: on no button, since the Enter that sent the form may still be held down. */
function Sent(props: { children: JSX.Element }) {
  return (
    <div class="form-sent" tabIndex={-1} ref={(view) => setTimeout(() => view.focus({ preventScroll: true }))}>
      {props.children}
    </div>
  );
}

/** A dialog with a form: Enter or the main button sends it, and a failure is shown above its fields. */
export function FormDialog(props: FormDialogProps) {
  const id = createUniqueId();
  const cancel = () => {
    if (!props.keepsDraft) props.draft?.drop();
    props.onClose();
  };
  return (
    <Dialog
      open
      title={props.title}
      wide={props.wide}
      onClose={props.onClose}
      staysOpen={props.isSent && props.shownOnce}
      footer={
        <Show when={props.isSent} fallback={<Footer {...props} onClose={cancel} form={id} />}>
          {props.sentFooter}
        </Show>
      }
    >
      <Show when={!props.isSent} fallback={<Sent>{props.sentView}</Sent>}>
        {props.before}
        <form
          id={id}
          class="form"
          noValidate={props.noValidate ?? false}
          onSubmit={(event) => void props.submit.submit(event)}
        >
          <Show when={props.draft}>
            {(draft) => <DraftNotice draft={draft()} without={props.draftWithout} onDiscard={props.onDiscard} />}
          </Show>
          <Problem submit={props.submit} />
          {props.children}
        </form>
      </Show>
    </Dialog>
  );
}

/** A dialog that asks before an action. It has no form: Enter in one of its fields does not confirm. */
export function ActionDialog(props: SubmitDialogProps) {
  return (
    <Dialog open title={props.title} wide={props.wide} onClose={props.onClose} footer={<Footer {...props} />}>
      <Problem submit={props.submit} />
      {props.children}
    </Dialog>
  );
}

function Problem(props: { submit: Submit }) {
  return (
    <Show when={props.submit.problem()}>
      <Callout tone="bad">{props.submit.problem()}</Callout>
    </Show>
  );
}

type FooterProps = Pick<SubmitDialogProps, "submit" | "action" | "danger" | "cancel" | "onClose"> & {
  /** Id of the form that the main button sends; without one the button sends by itself. */
  form?: string;
};

function Footer(props: FooterProps) {
  return (
    <>
      <Button onClick={() => props.onClose()}>{props.cancel ?? resourceMessages.cancel}</Button>
      <Button
        type={props.form === undefined ? "button" : "submit"}
        form={props.form}
        variant={props.danger ? "danger" : "primary"}
        busy={props.submit.busy()}
        disabled={!props.submit.ready()}
        onClick={() => props.form === undefined && void props.submit.submit()}
      >
        {props.action}
      </Button>
    </>
  );
}
