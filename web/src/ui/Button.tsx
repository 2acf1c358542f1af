import { type JSX, Show, splitProps } from "solid-js";
import type { KeyName } from "../lib/keys/key-table.ts";
import { tipOf } from "./tip.ts";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

export interface ButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "class"> {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  icon?: JSX.Element;
  /** Shows a spinner instead of the icon, and ignores clicks. */
  busy?: boolean;
  block?: boolean;
  /** As wide as its icon. */
  iconOnly?: boolean;
}

const own = ["variant", "size", "icon", "busy", "block", "iconOnly", "children", "disabled"] as const;

export function buttonClass(variant: ButtonVariant = "secondary", size: "sm" | "md" = "md"): string {
  return `button button-${variant}${size === "sm" ? " button-sm" : ""}`;
}

export function Button(props: ButtonProps) {
  const [local, rest] = splitProps(props, own);
  return (
    <button
      type="button"
      {...rest}
      class={buttonClass(local.variant, local.size)}
      classList={{ "button-block": local.block, "button-icon": local.iconOnly }}
      disabled={local.disabled || local.busy}
      aria-busy={local.busy || undefined}
    >
      <Show when={local.busy} fallback={local.icon}>
        <span class="spinner" />
      </Show>
      {local.children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "block" | "iconOnly" | "icon"> {
  /** What the button does: read aloud, and shown as a tooltip. */
  label: string;
  icon: JSX.Element;
  /** The key that does the same, named by the tooltip. */
  keyName?: KeyName;
  /** The tooltip, where it says more than the label. */
  tip?: string;
}

export function IconButton(props: IconButtonProps) {
  const [local, rest] = splitProps(props, ["variant", "label", "tip", "keyName"]);
  return (
    <Button
      {...tipOf(local.tip ?? local.label, local.keyName)}
      {...rest}
      aria-label={local.label}
      variant={local.variant ?? "ghost"}
      iconOnly
    />
  );
}
