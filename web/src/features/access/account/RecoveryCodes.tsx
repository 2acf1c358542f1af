import { For } from "solid-js";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { accessMessages } from "../messages.ts";

const texts = accessMessages.recovery;

/** New recovery codes, for the one time that they are shown. */
export function RecoveryCodes(props: { codes: readonly string[] }) {
  return (
    <div class="form">
      <p>{texts.note}</p>
      <ul class="codes" aria-label={texts.list}>
        <For each={props.codes}>{(code) => <li>{code}</li>}</For>
      </ul>
      <div class="row">
        <CopyButton text={props.codes.join("\n")} label={texts.copy} size="md" />
        <span class="muted">{texts.copyLabel}</span>
      </div>
    </div>
  );
}
