import { type JSX, Show, splitProps } from "solid-js";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

export interface ButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "class"> {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  icon?: JSX.Element;
  /** Shows a spinner in the icon's place and takes no clicks. */
  busy?: boolean;
  block?: boolean;
}

const own = ["variant", "size", "icon", "busy", "block", "children", "disabled"] as const;

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
      classList={{ "button-block": local.block }}
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

export interface IconButtonProps extends Omit<ButtonProps, "children" | "block" | "icon"> {
  /** What the button does: read aloud, and shown on hover. */
  label: string;
  icon: JSX.Element;
}

export function IconButton(props: IconButtonProps) {
  const [local, rest] = splitProps(props, ["variant", "size", "icon", "busy", "disabled", "label"]);
  return (
    <button
      type="button"
      title={local.label}
      {...rest}
      aria-label={local.label}
      class={`${buttonClass(local.variant ?? "ghost", local.size)} button-icon`}
      disabled={local.disabled || local.busy}
      aria-busy={local.busy || undefined}
    >
      <Show when={local.busy} fallback={local.icon}>
        <span class="spinner" />
      </Show>
    </button>
  );
}
