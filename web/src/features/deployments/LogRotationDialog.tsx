import { createSignal, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { PanelRotation } from "../../../../shared/protocol/deployment-details.ts";
import { rotationLimits } from "../../../../shared/protocol/deployment-limits.ts";
import { api } from "../../lib/api.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Callout, Checkbox, TextField } from "../../ui/index.ts";
import { deploymentName } from "./deployment-list.ts";
import { rotationMessages as texts } from "./messages.ts";

const MEBIBYTE = 1024 * 1024;
const usual = { maxBytes: 50 * MEBIBYTE, kept: 5, compress: true, mayLose: false };
const minSize = rotationLimits.minBytes / MEBIBYTE;
const maxSize = rotationLimits.maxBytes / MEBIBYTE;

/** A whole number within bounds; undefined for anything else. */
function numberIn(text: string, min: number, max: number): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= min && number <= max ? number : undefined;
}

/** Turns the rotation on or off, and changes its limits. */
export function LogRotationDialog(props: {
  deployment: Deployment;
  rotation: PanelRotation;
  refetch: () => Promise<unknown>;
  onClose: () => void;
}) {
  // The state when the dialog opened: a refetch must not replace what is typed.
  const { setting, lossless } = props.rotation;
  const before = setting ?? usual;
  const [isOn, setOn] = createSignal(true);
  const [size, setSize] = createSignal(String(Math.round(before.maxBytes / MEBIBYTE)));
  const [kept, setKept] = createSignal(String(before.kept));
  const [compress, setCompress] = createSignal(before.compress);
  const [mayLose, setMayLose] = createSignal(before.mayLose);
  const sizeNumber = () => numberIn(size(), minSize, maxSize);
  const keptNumber = () => numberIn(kept(), 1, rotationLimits.maxKept);
  const isComplete = () =>
    sizeNumber() !== undefined && keptNumber() !== undefined && (lossless !== false || mayLose());
  const submit = createSubmit({
    ready: () => !isOn() || isComplete(),
    send: () =>
      api.deployments.changeRotation(
        props.deployment.id,
        isOn()
          ? {
              maxBytes: (sizeNumber() ?? minSize) * MEBIBYTE,
              kept: keptNumber() ?? 1,
              compress: compress(),
              mayLose: mayLose(),
            }
          : null,
      ),
    refetch: props.refetch,
    onSent: props.onClose,
  });
  return (
    <FormDialog
      title={texts.dialogTitle(deploymentName(props.deployment))}
      submit={submit}
      action={texts.save}
      onClose={props.onClose}
      noValidate
    >
      <Checkbox label={texts.enable} checked={isOn()} onChange={setOn} />
      <Show when={isOn()}>
        <TextField
          label={texts.size}
          value={size()}
          onInput={setSize}
          inputMode="numeric"
          hint={texts.range(minSize, maxSize)}
          error={sizeNumber() === undefined ? texts.range(minSize, maxSize) : null}
        />
        <TextField
          label={texts.kept}
          value={kept()}
          onInput={setKept}
          inputMode="numeric"
          hint={texts.keptHint(rotationLimits.maxKept)}
          error={keptNumber() === undefined ? texts.range(1, rotationLimits.maxKept) : null}
        />
        <Checkbox label={texts.compress} hint={texts.compressHint} checked={compress()} onChange={setCompress} />
        <Show when={lossless !== true}>
          <Callout tone="warn">{lossless === false ? texts.losesLines : texts.mayLoseLines}</Callout>
          <Checkbox label={texts.mayLose} checked={mayLose()} onChange={setMayLose} />
        </Show>
      </Show>
    </FormDialog>
  );
}
