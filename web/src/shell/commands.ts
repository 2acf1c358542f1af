import type { Accessor, Component, JSX } from "solid-js";

/** Something to do with an item of the command palette. */
export interface CommandAction {
  /** First word of its line and of what finds it: `Restart`. */
  verb: string;
  /** Name of the server's action, such as `service:restart`: accounts that may not perform it do not see it. */
  name?: string;
  run: () => void;
  /** The same for several items at once: `log a b`. `value` is what an item contributes. */
  together?: { value: string; run: (values: readonly string[]) => void };
}

/** One thing that the palette finds. */
export interface CommandItem {
  /** The same on every visit: the palette remembers what was used. */
  id: string;
  label: string;
  /** What it is, such as `Page` or `Container`: shown beside the label, and searched with it. */
  group: string;
  icon: Component<{ size?: number }>;
  /** Further text that finds it. */
  words?: string;
  /** Name of the server's action behind `run`, for an item that does something. */
  name?: string;
  run: () => void;
  actions?: readonly CommandAction[];
}

/** What the palette offers to the features whose items it lists. */
export interface CommandContext {
  /** Opens a page by its address. */
  open: (href: string) => void;
  /** Shows a dialog that outlives the palette. */
  show: (dialog: (close: () => void) => JSX.Element) => void;
}

/** Items of one feature, called inside the palette while it is open. */
export type CommandSource = (context: CommandContext) => Accessor<readonly CommandItem[]>;

export interface PaletteProps {
  /** Returns what was typed before the palette was shown; called once, when it is. */
  takeTyped: () => string;
  onNavigate: (href: string) => void;
  onClose: () => void;
}
