import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, Show } from "solid-js";
import type { InstallPreview } from "../../../../shared/protocol/catalogue.ts";
import { Callout, Card, CopyButton, Segmented, Skeleton } from "../../ui/index.ts";
import type { InstallForm } from "./install-form.ts";

type Form = "command" | "compose" | "document";

const forms: readonly { value: Form; label: string }[] = [
  { value: "command", label: "docker run" },
  { value: "compose", label: "Compose" },
  { value: "document", label: "Engine" },
];

/** The exact container that would be made. */
export function PreviewCard(props: { form: InstallForm }) {
  const [shown, setShown] = createSignal<Form>("command");
  const textOf = (preview: InstallPreview) =>
    shown() === "document" ? JSON.stringify(preview.document, null, 2) : preview[shown() as "command" | "compose"];
  return (
    <Card
      title="What will be made"
      actions={<Segmented label="Shown as" options={forms} value={shown()} onChange={setShown} />}
    >
      <Show when={props.form.refusal()}>
        <Callout tone="bad" icon={<TriangleAlert size={15} />}>
          {props.form.refusal()}
        </Callout>
      </Show>
      <Show
        when={props.form.preview()}
        fallback={
          <Show when={props.form.refusal() === null}>
            <Skeleton lines={10} />
          </Show>
        }
      >
        {(preview) => (
          <div class="catalogue-preview" aria-busy={props.form.looking()}>
            <For each={preview().problems}>
              {(problem) => (
                <Callout tone="bad" icon={<TriangleAlert size={15} />}>
                  {problem.message}
                </Callout>
              )}
            </For>
            <For each={preview().warnings}>
              {(warning) => (
                <Callout tone="warn" icon={<TriangleAlert size={15} />}>
                  {warning}
                </Callout>
              )}
            </For>
            <div class="catalogue-code">
              <CopyButton label="Copy the preview" text={textOf(preview())} />
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
              <section aria-label="Preview of the container" tabIndex={0}>
                <pre>{textOf(preview())}</pre>
              </section>
            </div>
            <p class="field-hint">Secrets are masked here and made at the installation.</p>
          </div>
        )}
      </Show>
    </Card>
  );
}
