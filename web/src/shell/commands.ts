import type { Accessor, Component } from "solid-js";

/** One line of the command palette. */
export interface Command {
  label: string;
  /** What it leads to, such as `Page` or `Container`: shown beside the label, and searched with it. */
  group: string;
  icon: Component<{ size?: number }>;
  run: () => void;
}

/**
 * Commands of one feature, called inside the palette while it is open.
 * @param open Opens a page by its address.
 */
export type CommandSource = (open: (href: string) => void) => Accessor<readonly Command[]>;
