import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { api, toMessage } from "../../../lib/api.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Badge, Button, Card } from "../../../ui/index.ts";
import { wireMessages as texts } from "./messages.ts";
import { type RecordedRequest, toComparable } from "./replay.ts";

interface Compared {
  method: string;
  same: boolean;
  before: string;
  now: string;
}

/** Sends the requests of a session again, one after the other, and compares the responses. */
export function ReplayPanel(props: { serverId: string; requests: readonly RecordedRequest[]; onClose: () => void }) {
  const [done, setDone] = createSignal<readonly Compared[]>([]);
  const ended = new AbortController();
  onCleanup(() => ended.abort());
  onMount(async () => {
    for (const { method, params, outcome } of props.requests) {
      if (ended.signal.aborted) return;
      const result = await api.mcp
        .send(props.serverId, { method, params }, ended.signal)
        .catch((error: unknown) => ({ error: toMessage(error) }));
      const before = toComparable(outcome);
      const now = toComparable(result);
      setDone((old) => [...old, { method, same: before === now, before, now }]);
    }
  });
  const same = () => done().filter((one) => one.same).length;
  return (
    <Card
      title={texts.replay}
      actions={
        <Button size="sm" variant="ghost" onClick={props.onClose}>
          {texts.clear}
        </Button>
      }
    >
      <p role="status">
        {done().length < props.requests.length
          ? texts.replaying(done().length, props.requests.length)
          : texts.replayed(same(), done().length - same())}
      </p>
      <For each={done()}>
        {(one) => (
          <details class="replay-item">
            <summary class="row">
              <Badge tone={one.same ? "ok" : "warn"}>{one.same ? texts.same : texts.different}</Badge>
              <b class="truncate">{visibleName(one.method)}</b>
            </summary>
            <Show when={!one.same}>
              <h4>{texts.before}</h4>
              <pre class="wire-text">{one.before.slice(0, 20_000)}</pre>
              <h4>{texts.now}</h4>
            </Show>
            <pre class="wire-text">{one.now.slice(0, 20_000)}</pre>
          </details>
        )}
      </For>
    </Card>
  );
}
