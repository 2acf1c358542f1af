import { createSignal, For, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpSnippet } from "../../../../../shared/protocol/mcp-import.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { CopyButton, Dialog, ErrorState, Select, Skeleton } from "../../../ui/index.ts";
import { importMessages as texts } from "./messages.ts";
import "./import.css";

/** The configuration of a server for each client, to be copied. */
export function SnippetsDialog(props: { server: Pick<McpServer, "id" | "name">; onClose: () => void }) {
  const query = useQuery(() => ({
    queryKey: queryKeys.mcpSnippets(props.server.id),
    queryFn: () => api.mcp.snippets(props.server.id),
  }));
  return (
    <Dialog open wide title={texts.clientsTitle(visibleName(props.server.name))} onClose={props.onClose}>
      <Show when={!query.isError} fallback={<ErrorState error={query.error} />}>
        <Show when={query.data} fallback={<Skeleton />}>
          {(snippets) => <SnippetView snippets={snippets()} />}
        </Show>
      </Show>
    </Dialog>
  );
}

/** One of several snippets, chosen by its client. */
export function SnippetView(props: { snippets: readonly McpSnippet[] }) {
  const [client, setClient] = createSignal<string>("claude-code");
  const chosen = () => props.snippets.find((snippet) => snippet.client === client()) ?? props.snippets[0];
  return (
    <div class="snippet">
      <Select
        label={texts.client}
        value={client()}
        options={props.snippets.map(({ client: value, title }) => ({ value, label: title }))}
        onChange={setClient}
      />
      <Show when={chosen()}>
        {(snippet) => (
          <>
            <p class="muted">{snippet().target}</p>
            <div class="tool-text">
              <pre>{snippet().text}</pre>
              <span class="tool-copy">
                <CopyButton text={snippet().text} label={texts.copy} />
              </span>
            </div>
            <For each={snippet().notes}>{(note) => <p class="field-hint">{note}</p>}</For>
          </>
        )}
      </Show>
    </div>
  );
}
