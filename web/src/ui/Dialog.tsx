import { Dialog as Kobalte } from "@kobalte/core/dialog";
import X from "lucide-solid/icons/x";
import { type JSX, Show } from "solid-js";
import { uiMessages } from "./messages.ts";
import { rememberFocus } from "./return-focus.ts";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: JSX.Element;
  /** Buttons, the main one last. */
  footer?: JSX.Element;
  wide?: boolean;
  /** Only its buttons close it: what it shows cannot be shown again. */
  staysOpen?: boolean;
  children?: JSX.Element;
}

/** Fields to type into. A checkbox would take a key that was meant to scroll. */
const firstField = ".dialog-body :is(input:not([type=checkbox], [type=radio]), select, textarea):enabled";

/**
 * Gives the focus to the first field of a dialog, or to its first button, unless something in it has the focus by then. The
 * library would give it to the first button in any case, and what is typed at once would be lost.
 */
function focusLater(content: EventTarget | null): void {
  if (!(content instanceof HTMLElement)) return;
  setTimeout(() => {
    for (const selector of [firstField, "button:enabled"]) {
      if (content.contains(document.activeElement)) return;
      content.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
    }
  });
}

/** A modal dialog: focus stays inside, Escape and a click beside it close it, focus returns to where it was. */
export function Dialog(props: DialogProps) {
  let returnFocus = rememberFocus();
  const stay = (event: Event) => props.staysOpen && event.preventDefault();
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="overlay" />
        <div class="dialog-place">
          <Kobalte.Content
            class={props.wide ? "dialog dialog-wide" : "dialog"}
            onOpenAutoFocus={(event) => {
              if (document.activeElement !== document.body) returnFocus = rememberFocus();
              event.preventDefault();
              focusLater(event.currentTarget);
            }}
            onCloseAutoFocus={() => returnFocus()}
            onEscapeKeyDown={stay}
            onInteractOutside={stay}
          >
            <header class="dialog-head">
              <Kobalte.Title>{props.title}</Kobalte.Title>
              <Kobalte.CloseButton class="button button-ghost button-icon button-sm" aria-label={uiMessages.close}>
                <X size={15} />
              </Kobalte.CloseButton>
            </header>
            <div class="dialog-body">{props.children}</div>
            <Show when={props.footer}>
              <footer class="dialog-foot">{props.footer}</footer>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}
