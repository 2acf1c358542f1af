import { A } from "@solidjs/router";
import { For, Match, Show, Switch } from "solid-js";
import { formatBytes } from "../../../lib/format.ts";
import { saveBytes } from "../../../lib/save-file.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, CopyButton } from "../../../ui/index.ts";
import { resultMessages as texts } from "../messages.ts";
import type { ResultPart, ToolResult } from "./tool-result.ts";

/** The result of a tool: text, JSON and verified images, never markup. */
export function ToolResultView(props: { result: ToolResult }) {
  return (
    <div class="tool-result" classList={{ "tool-result-failed": props.result.failed }}>
      <Show when={props.result.failed}>
        <Callout tone="bad">{texts.failed}</Callout>
      </Show>
      <ResultParts parts={props.result.parts} />
    </div>
  );
}

/** Content of a server: text, JSON, verified pictures and sounds, links and downloads. Never markup. */
export function ResultParts(props: { parts: readonly ResultPart[] }) {
  return <For each={props.parts}>{(part) => <Part part={part} />}</For>;
}

/** The resource in its tab of the same server: the rest of the address stays. */
const resourceHref = (uri: string) => `?${new URLSearchParams({ tab: "resources", resource: uri })}`;

function Part(props: { part: ResultPart }) {
  const as = <Kind extends ResultPart["kind"]>(kind: Kind) =>
    props.part.kind === kind ? (props.part as Extract<ResultPart, { kind: Kind }>) : undefined;
  return (
    <Switch>
      <Match when={as("text") ?? as("json")}>
        {(part) => (
          <div class="tool-text">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
            <pre tabIndex={0}>{part().text}</pre>
            <span class="tool-copy">
              <CopyButton text={part().text} />
            </span>
          </div>
        )}
      </Match>
      <Match when={as("image")}>
        {(part) => (
          <figure class="tool-image">
            <img src={part().url} alt={texts.image(part().mimeType)} />
            <figcaption class="count">
              {part().mimeType} · {formatBytes(part().bytes)}
            </figcaption>
          </figure>
        )}
      </Match>
      <Match when={as("audio")}>
        {(part) => (
          <figure class="tool-image">
            {/* biome-ignore lint/a11y/useMediaCaption: a sound of a server has no captions. */}
            <audio controls preload="metadata" src={part().url} aria-label={texts.sound(part().mimeType)} />
            <figcaption class="count">
              {part().mimeType} · {formatBytes(part().bytes)}
            </figcaption>
          </figure>
        )}
      </Match>
      <Match when={as("binary")}>
        {(part) => (
          <p class="tool-note row">
            <b>{visibleName(part().name)}</b>
            <span class="count">
              {visibleName(part().mimeType)} · {formatBytes(part().bytes)}
            </span>
            <Button size="sm" onClick={() => saveBytes(part().name, part().data)}>
              {texts.download}
            </Button>
          </p>
        )}
      </Match>
      <Match when={as("link")}>
        {(part) => (
          <p class="tool-note">
            <b>{visibleName(part().name)}</b> <A href={resourceHref(part().uri)}>{texts.openResource}</A>{" "}
            <code>{visibleName(part().uri)}</code>
            <Show when={part().description}>
              <br />
              {part().description}
            </Show>
          </p>
        )}
      </Match>
      <Match when={as("note")}>{(part) => <p class="tool-note muted">{visibleName(part().text)}</p>}</Match>
    </Switch>
  );
}
