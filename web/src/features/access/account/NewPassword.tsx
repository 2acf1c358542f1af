import Check from "lucide-solid/icons/check";
import Circle from "lucide-solid/icons/circle";
import Eye from "lucide-solid/icons/eye";
import EyeOff from "lucide-solid/icons/eye-off";
import { createSignal, For, Show } from "solid-js";
import { IconButton } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { accessMessages } from "../messages.ts";
import { passwordRules } from "./password-rules.ts";
import "./rules.css";

const texts = accessMessages.password;

export interface NewPasswordProps {
  label?: string;
  username: string;
  value: string;
  onInput: (value: string) => void;
  error?: string | null;
  required?: boolean;
  /** Takes the focus when it appears. */
  focus?: boolean;
}

/** A field for a new password, with the rules that it meets and those it does not. */
export function NewPassword(props: NewPasswordProps) {
  const [visible, setVisible] = createSignal(false);
  return (
    <div class="stack">
      <TextField
        label={props.label ?? texts.label}
        type={visible() ? "text" : "password"}
        name="new-password"
        autocomplete="new-password"
        value={props.value}
        onInput={props.onInput}
        error={props.error ?? null}
        required={props.required ?? true}
        focus={props.focus ?? false}
        end={
          <IconButton
            size="sm"
            label={visible() ? texts.hide : texts.show}
            icon={visible() ? <EyeOff size={15} /> : <Eye size={15} />}
            onClick={() => setVisible((shown) => !shown)}
          />
        }
      />
      <ul class="rules" aria-label={texts.rules}>
        <For each={passwordRules(props.value, props.username)}>
          {(rule) => (
            <li data-met={rule.met ? "" : undefined}>
              <Show when={rule.met} fallback={<Circle size={13} />}>
                <Check size={13} />
              </Show>
              {rule.text}
              <span class="visually-hidden">{rule.met ? texts.met : texts.notMet}</span>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}

export const isGoodPassword = (password: string, username: string): boolean =>
  passwordRules(password, username).every((rule) => rule.met);
