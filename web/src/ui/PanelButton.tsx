import { createSignal, type JSX, Show } from "solid-js";
import { OnDemand } from "./OnDemand.tsx";
import { tipOf } from "./tip.ts";

export interface PanelButtonProps {
  class: string;
  /** Accessible name and tooltip. */
  label: string;
  /** Icon and counters. */
  children: JSX.Element;
  /** Renders the open panel, below `anchor`. The component may be loaded on demand. */
  panel: (anchor: HTMLElement | undefined, onClose: () => void) => JSX.Element;
}

/** A button of the header that opens and closes a panel. */
export function PanelButton(props: PanelButtonProps) {
  const [button, setButton] = createSignal<HTMLButtonElement>();
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <button
        ref={setButton}
        type="button"
        class={`button button-ghost ${props.class}`}
        aria-label={props.label}
        {...tipOf(props.label)}
        aria-expanded={open()}
        aria-haspopup="dialog"
        onClick={() => setOpen((was) => !was)}
      >
        {props.children}
      </button>
      <Show when={open()}>
        <OnDemand onClose={() => setOpen(false)}>{props.panel(button(), () => setOpen(false))}</OnDemand>
      </Show>
    </>
  );
}
