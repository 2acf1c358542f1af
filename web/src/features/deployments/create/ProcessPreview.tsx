import { For, Show } from "solid-js";
import type { DeploymentPreview } from "../../../../../shared/protocol/process-create.ts";
import { formatDateTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Callout, CopyButton, Facts } from "../../../ui/index.ts";
import { createMessages as texts } from "./messages.ts";

/** What would run, before anything runs. */
export function ProcessPreview(props: { preview: DeploymentPreview; name: string; problem: string | null }) {
  const interpreter = () => props.preview.interpreter;
  return (
    <div class="form">
      <Show when={props.problem} fallback={<p class="faint">{texts.nothingYet}</p>}>
        <Callout tone="bad">
          <span class="process-problem">{props.problem}</span>
        </Callout>
      </Show>
      <For each={props.preview.notes}>{(note) => <Callout tone="info">{note}</Callout>}</For>
      <Facts
        rows={[
          [texts.name, props.name],
          [texts.runsAs, visibleName(props.preview.user)],
          [texts.program, <Words words={props.preview.argv} />],
          [texts.directory, <code>{visibleName(props.preview.cwd)}</code>],
          [
            texts.runs,
            <Show when={interpreter()} fallback={texts.noInterpreter}>
              {(found) => (
                <>
                  <code>{visibleName(found().path)}</code> {found().version}
                </>
              )}
            </Show>,
          ],
          [texts.variables, <Names preview={props.preview} />],
          ...(props.preview.restarts.length > 0
            ? [[texts.nextTimes, props.preview.restarts.map(formatDateTime).join(", ")] as const]
            : []),
        ]}
      />
      <details class="process-more">
        <summary>{texts.ecosystem}</summary>
        <div class="process-code">
          <CopyButton label={texts.copy} text={props.preview.ecosystem} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
          <pre tabIndex={0}>{props.preview.ecosystem}</pre>
        </div>
      </details>
    </div>
  );
}

/** One argument per box: spaces inside one are seen. */
function Words(props: { words: readonly string[] }) {
  return (
    <span class="deployment-names">
      <For each={props.words}>{(word) => <code class="process-word">{visibleName(word) || "''"}</code>}</For>
    </span>
  );
}

function Names(props: { preview: DeploymentPreview }) {
  return (
    <span class="deployment-names">
      <For each={props.preview.variables}>
        {({ name, added }) => <code classList={{ faint: added }}>{visibleName(name)}</code>}
      </For>
    </span>
  );
}
