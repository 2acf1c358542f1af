import type { JSX } from "solid-js";

/** A row of controls. `pane`: the top edge of a pane, with a line under it. */
export function Toolbar(props: { label: string; pane?: boolean; children: JSX.Element }) {
  return (
    <div class="toolbar" classList={{ "toolbar-pane": props.pane }} role="toolbar" aria-label={props.label}>
      {props.children}
    </div>
  );
}

/** Pushes what follows to the end of a toolbar. */
export const ToolbarGap = () => <span class="toolbar-gap" />;
