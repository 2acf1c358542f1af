import { type JSX, Show } from "solid-js";
import { Button } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";
import "./resource.css";

export interface SelectionBarProps {
  label: string;
  /** Selected rows that are shown; the bar is there while there are some. */
  count: number;
  onClear: () => void;
  /** What can be done with them. */
  children: JSX.Element;
}

/** What can be done with the selected rows: floats over the end of the list, so that no row moves. */
export function SelectionBar(props: SelectionBarProps) {
  return (
    <Show when={props.count > 0}>
      <div class="bulk-bar" role="toolbar" aria-label={props.label}>
        <b role="status">{resourceMessages.selected(props.count)}</b>
        {props.children}
        <Button size="sm" variant="ghost" onClick={props.onClear}>
          {resourceMessages.clearSelection}
        </Button>
      </div>
    </Show>
  );
}
