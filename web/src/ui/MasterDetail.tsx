import ArrowLeft from "lucide-solid/icons/arrow-left";
import X from "lucide-solid/icons/x";
import { createEffect, type JSX, on, Show } from "solid-js";
import { bindKeys } from "../lib/keys/key-layers.ts";
import { StatusDot, type Tone } from "./Badge.tsx";
import { IconButton } from "./Button.tsx";
import "./styles/master-detail.css";
import { uiMessages } from "./messages.ts";

export interface MasterDetailProps {
  master: JSX.Element;
  /** Beside the list, or in its place if there is no room for both. */
  detail: JSX.Element;
  open: boolean;
}

/** A list, and the details of the item that is open. */
export function MasterDetail(props: MasterDetailProps) {
  let list: HTMLDivElement | undefined;
  // The focus was in the pane: it returns to the row that opened it.
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (open || document.activeElement !== document.body) return;
        list?.querySelector<HTMLElement>("[data-list-row][tabindex='0'], [data-list-row] [tabindex='0']")?.focus();
      },
      { defer: true },
    ),
  );
  return (
    <div class="master-detail">
      <div class="master-detail-grid" data-open={props.open ? "" : undefined}>
        <div class="master-detail-list" ref={list}>
          {props.master}
        </div>
        <Show when={props.open}>
          <div class="master-detail-pane">{props.detail}</div>
        </Show>
      </div>
    </div>
  );
}

export interface DetailHeadProps {
  title: JSX.Element;
  note?: JSX.Element;
  actions?: JSX.Element;
  onClose: () => void;
}

/** The title of a detail pane: the state of the item as a dot, and its name. */
export function StatusTitle(props: { status: { tone: Tone; pulse: boolean; text: string }; name: string }) {
  return (
    <>
      <StatusDot tone={props.status.tone} pulse={props.status.pulse} label={props.status.text} />
      <span class="truncate">{props.name}</span>
    </>
  );
}

/** Title and actions of the open item, and the button back to the list. */
export function DetailHead(props: DetailHeadProps) {
  bindKeys({ close: () => props.onClose() });
  return (
    <header class="detail-head">
      <span class="detail-back">
        <IconButton label={uiMessages.backToList} icon={<ArrowLeft size={16} />} onClick={props.onClose} />
      </span>
      <div class="detail-title">
        <h2>
          <Show when={typeof props.title === "string"} fallback={props.title}>
            <span class="truncate">{props.title}</span>
          </Show>
        </h2>
        <Show when={props.note}>
          <p class="truncate">{props.note}</p>
        </Show>
      </div>
      <div class="detail-actions">
        {props.actions}
        <span class="detail-close">
          <IconButton label={uiMessages.close} keyName="close" icon={<X size={16} />} onClick={props.onClose} />
        </span>
      </div>
    </header>
  );
}
