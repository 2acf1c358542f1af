import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, Show } from "solid-js";
import type { InstallPreview } from "../../../../shared/protocol/catalogue.ts";
import { Callout, Card, CopyButton, Segmented, Skeleton } from "../../ui/index.ts";
import type { InstallForm } from "./install-form.ts";
import { previewMessages as texts } from "./messages.ts";

type Format = keyof typeof texts.formats;

const formats = (Object.keys(texts.formats) as Format[]).map((value) => ({ value, label: texts.formats[value] }));

/** The exact container that an installation would create. */
export function PreviewCard(props: { form: InstallForm }) {
  const [shown, setShown] = createSignal<Format>("command");
  const textOf = (preview: InstallPreview) =>
    shown() === "document" ? JSON.stringify(preview.document, null, 2) : preview[shown() as "command" | "compose"];
  return (
    <Card
      title={texts.title}
      actions={<Segmented label={texts.format} options={formats} value={shown()} onChange={setShown} />}
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
              <CopyButton label={texts.copy} text={textOf(preview())} />
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
              <section aria-label={texts.label} tabIndex={0}>
                <pre>{textOf(preview())}</pre>
              </section>
            </div>
            <p class="field-hint">{texts.secrets}</p>
          </div>
        )}
      </Show>
    </Card>
  );
}
