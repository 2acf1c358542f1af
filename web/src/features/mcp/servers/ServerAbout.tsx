import { For, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpChanges } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api } from "../../../lib/api.ts";
import { formatDateTime } from "../../../lib/format.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/index.ts";
import { settingMessages } from "../messages.ts";
import { aboutMessages as texts } from "../offers/messages.ts";

/** What a running server said in its handshake: the revision, its capabilities, its instructions. All of it is text. */
export function ServerAbout(props: { server: McpServer }) {
  const id = () => props.server.id;
  const query = useQuery(() => ({ queryKey: queryKeys.mcpAbout(id()), queryFn: () => api.mcp.about(id()) }));
  const changes = useQuery(() => ({ queryKey: queryKeys.mcpChanges(id()), queryFn: () => api.mcp.changes(id()) }));
  const about = () => query.data?.about;
  const capabilities = () => Object.keys(about()?.capabilities ?? {}).slice(0, 30);
  return (
    <Show when={about()}>
      {(said) => (
        <details class="server-about">
          <summary aria-label={texts.label}>
            <span class="count">{texts.revision(said().protocolVersion)}</span>
            <For each={capabilities()} fallback={<span class="faint">{texts.noCapabilities}</span>}>
              {(name) => <Badge tone="neutral">{visibleName(name)}</Badge>}
            </For>
            <Show when={props.server.oldTransport}>
              <Badge tone="warn">{settingMessages.oldBadge}</Badge>
            </Show>
            <span class="faint">{texts.details}</span>
          </summary>
          <div class="server-about-body">
            <Show when={props.server.oldTransport}>
              <p>{settingMessages.oldTransport}</p>
            </Show>
            <h3>{texts.instructions}</h3>
            <p class="tool-description">{said().instructions ?? texts.noInstructions}</p>
            <h3>{texts.capabilities}</h3>
            <pre class="wire-text">{JSON.stringify(said().capabilities, null, 2)}</pre>
            <h3>{texts.changes}</h3>
            <Show when={changes.data}>{(list) => <Changes changes={list()} />}</Show>
          </div>
        </details>
      )}
    </Show>
  );
}

function Changes(props: { changes: McpChanges }) {
  const rows = () =>
    (["tools", "resources", "prompts"] as const).flatMap((kind) => {
      const { added, removed, changed } = props.changes[kind];
      return [
        [texts.added(kind), added],
        [texts.changed(kind), changed],
        [texts.removed(kind), removed],
      ] as [string, string[]][];
    });
  const filled = () => rows().filter(([, names]) => names.length > 0);
  return (
    <Show when={props.changes.before} fallback={<p class="faint">{texts.firstStart}</p>}>
      {(before) => (
        <>
          <p class="count">
            {texts.changesSince(formatDateTime(before()), formatDateTime(props.changes.after ?? before()))}
          </p>
          <Show when={filled().length === 0 && props.changes.other.length === 0}>
            <p class="faint">{texts.noChanges}</p>
          </Show>
          <For each={props.changes.other}>{(sentence) => <p>{visibleName(sentence)}</p>}</For>
          <For each={filled()}>
            {([title, names]) => (
              <p>
                {title}: <code>{names.slice(0, 100).map(visibleName).join(", ")}</code>
              </p>
            )}
          </For>
        </>
      )}
    </Show>
  );
}
