import { Popover } from "@kobalte/core/popover";
import type { JSX } from "solid-js";
import { rememberFocus } from "./return-focus.ts";

export interface PopoverPanelProps {
  /** The button that opens the panel; a click on it is left to the button. */
  anchor: HTMLElement | undefined;
  class: string;
  title: string;
  /** Beside the title. */
  actions?: JSX.Element;
  onClose: () => void;
  children: JSX.Element;
}

/** A panel below a button of the header. Escape and a click outside close it. */
export function PopoverPanel(props: PopoverPanelProps) {
  const returnFocus = rememberFocus();
  return (
    <Popover
      open
      anchorRef={() => props.anchor}
      onOpenChange={(open) => !open && props.onClose()}
      placement="bottom-end"
      gutter={6}
    >
      <Popover.Portal>
        <Popover.Content
          class={`popover-panel ${props.class}`}
          onCloseAutoFocus={returnFocus}
          onPointerDownOutside={(event) => {
            // The button closes the panel itself: closed here as well, its click would open the panel again.
            if (event.target instanceof Node && props.anchor?.contains(event.target)) event.preventDefault();
          }}
        >
          <div class="popover-panel-head">
            <Popover.Title class="grow">{props.title}</Popover.Title>
            {props.actions}
          </div>
          {props.children}
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}
