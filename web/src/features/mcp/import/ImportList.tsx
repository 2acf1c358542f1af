import { For, Show } from "solid-js";
import type { McpImportEntry } from "../../../../../shared/protocol/mcp-import.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { AllowEntry } from "../../../resource/AllowEntry.tsx";
import { Badge, Checkbox, type Tone } from "../../../ui/index.ts";
import { importMessages as texts } from "./messages.ts";

const tones: Record<McpImportEntry["action"], Tone> = { add: "ok", change: "info", same: "neutral", refuse: "bad" };

export interface ImportListProps {
  entries: readonly McpImportEntry[];
  /** Names that are not taken. */
  left: ReadonlySet<string>;
  onToggle: (name: string, isTaken: boolean) => void;
  /** A program or host was allowed. */
  onAllowed: () => void;
}

/** The servers of a file, with what an import does with each and why. */
export function ImportList(props: ImportListProps) {
  return (
    <ul class="import-list" aria-label={texts.servers}>
      <For each={props.entries}>
        {(entry) => (
          <li class="import-entry">
            <div class="import-head">
              <Show
                when={entry.action === "add" || entry.action === "change"}
                fallback={<b>{visibleName(entry.name)}</b>}
              >
                <Checkbox
                  label={<b>{visibleName(entry.name)}</b>}
                  checked={!props.left.has(entry.name)}
                  onChange={(isTaken) => props.onToggle(entry.name, isTaken)}
                />
              </Show>
              <Badge tone={tones[entry.action]}>{texts.actions[entry.action]}</Badge>
            </div>
            <Show when={entry.transport}>
              {(transport) => <code class="import-call faint">{callOf(transport())}</code>}
            </Show>
            <Show when={entry.reason && !entry.allow}>
              <p class="field-error">{visibleName(entry.reason ?? "")}</p>
            </Show>
            <For each={entry.notes}>{(note) => <p class="field-hint">{visibleName(note)}</p>}</For>
            <Show when={entry.allow}>
              {(allow) => <AllowEntry list={allow().list} entry={allow().entry} onAllowed={props.onAllowed} />}
            </Show>
          </li>
        )}
      </For>
    </ul>
  );
}

const callOf = (transport: NonNullable<McpImportEntry["transport"]>): string =>
  visibleName(transport.type === "stdio" ? [transport.command, ...transport.args].join(" ") : transport.url);
