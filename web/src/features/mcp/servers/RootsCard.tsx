import { createSignal, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { mcpLogLevels } from "../../../../../shared/protocol/mcp-limits.ts";
import type { McpLogLevel } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Button, Card, Select, TextField, toast } from "../../../ui/index.ts";
import { rootMessages as texts } from "../offers/messages.ts";

/** What the server is told by the panel as its client: the roots it may work in, and the level it logs from. */
export function RootsCard(props: { server: McpServer }) {
  const session = useSession();
  const invalidate = useInvalidate();
  const id = () => props.server.id;
  const roots = useQuery(() => ({ queryKey: queryKeys.mcpRoots(id()), queryFn: () => api.mcp.roots(id()) }));
  const about = useQuery(() => ({
    queryKey: queryKeys.mcpAbout(id()),
    queryFn: () => api.mcp.about(id()),
    enabled: props.server.status === "running",
  }));
  /** Null until something is typed, and after it was saved: the list is read again at any time. */
  const [typed, setTyped] = createSignal<string | null>(null);
  const text = () => typed() ?? (roots.data ?? []).map(({ uri }) => uri).join("\n");
  const [error, setError] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  const save = async () => {
    if (busy()) return;
    setBusy(true);
    setError(null);
    const uris = text()
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    const names = new Map(roots.data?.map(({ uri, name }) => [uri, name]));
    try {
      await api.mcp.setRoots(
        id(),
        uris.map((uri) => ({ uri, name: names.get(uri) })),
      );
      await invalidate(queryKeys.mcpRoots(id()));
      setTyped(null);
      toast.success(texts.saved);
    } catch (failure) {
      setError(toMessage(failure));
    }
    setBusy(false);
  };
  const setLevel = async (level: McpLogLevel) => {
    try {
      await api.mcp.setLogLevel(id(), level);
    } catch (failure) {
      toast.error(failure);
    }
    await invalidate(queryKeys.mcpAbout(id()));
  };
  return (
    <Card title={texts.title}>
      <Show when={session.may("mcp:manage")}>
        <form
          class="tool-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField
            label={texts.roots}
            hint={texts.rootsHint}
            error={error()}
            rows={3}
            mono
            value={text()}
            onInput={setTyped}
          />
          <div>
            <Button size="sm" type="submit" busy={busy()}>
              {texts.save}
            </Button>
          </div>
        </form>
      </Show>
      <Show when={about.data}>
        {(said) => (
          <Select
            label={texts.level}
            value={said().logLevel}
            options={mcpLogLevels.map((value) => ({ value, label: value }))}
            onChange={(value) => void setLevel(value)}
          />
        )}
      </Show>
    </Card>
  );
}
