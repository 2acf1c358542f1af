import { For } from "solid-js";
import { CopyButton } from "../../../ui/CopyButton.tsx";

export function RecoveryCodes(props: { codes: readonly string[] }) {
  return (
    <div class="form">
      <p>
        Each lets you in once in place of the second factor when that is lost. They are shown only now: print or save
        them.
      </p>
      <ul class="codes" aria-label="Recovery codes">
        <For each={props.codes}>{(code) => <li>{code}</li>}</For>
      </ul>
      <div class="row">
        <CopyButton text={props.codes.join("\n")} label="Copy all codes" size="md" />
        <span class="muted">Copy all</span>
      </div>
    </div>
  );
}
