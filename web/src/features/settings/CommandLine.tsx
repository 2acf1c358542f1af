import { CopyButton } from "../../ui/index.ts";

/** A command for a terminal, to be copied. */
export function CommandLine(props: { text: string; label: string }) {
  return (
    <div class="settings-command">
      <code>{props.text}</code>
      <CopyButton text={props.text} label={props.label} />
    </div>
  );
}
