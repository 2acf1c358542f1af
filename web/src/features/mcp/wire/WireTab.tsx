import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import Cable from "lucide-solid/icons/cable";
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpWireEntry } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api } from "../../../lib/api.ts";
import { formatBytes, formatElapsed, formatTime } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { saveText } from "../../../lib/save-file.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createAddressText } from "../../../resource/address-value.ts";
import { Button, CopyButton, EmptyState, SearchField, Segmented, toast } from "../../../ui/index.ts";
import { wireMessages as texts } from "./messages.ts";
import { ReplayPanel } from "./ReplayPanel.tsx";
import { type RecordedRequest, readSession, toSession } from "./replay.ts";
import { SendRequest } from "./SendRequest.tsx";

/** Messages kept in the page. */
const MAX_SHOWN = 1_000;
type Direction = "all" | "sent" | "received";

/** The JSON-RPC messages of a server in both directions, newest first. */
export default function WireTab(props: { server: McpServer }) {
  const { mcpWS } = useLive();
  const id = () => props.server.id;
  const [entries, setEntries] = createSignal<readonly McpWireEntry[]>([]);
  const [filter, setFilter] = createAddressText("find-message");
  const [direction, setDirection] = createSignal<Direction>("all");
  const [open, setOpen] = createSignal<number | null>(null);
  const [session, setSession] = createSignal<RecordedRequest[]>();
  const [sending, setSending] = createSignal(false);
  let file: HTMLInputElement | undefined;
  let reading = false;
  let again = false;

  const read = async () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        const added = await api.mcp.wire(id(), entries()[0]?.sequence ?? 0);
        setEntries((old) => [...added.toReversed(), ...old].slice(0, MAX_SHOWN));
      } while (again);
    } catch (error) {
      toast.error(error);
    } finally {
      reading = false;
    }
  };
  createEffect(
    on(id, () => {
      setEntries([]);
      void read();
    }),
  );
  onCleanup(mcpWS.on("wire:changed", ({ serverId }) => serverId === id() && void read()));

  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return entries().filter(
      (entry) =>
        (direction() === "all" || entry.direction === direction()) &&
        (wanted === "" || `${entry.method} ${entry.message}`.toLowerCase().includes(wanted)),
    );
  });
  const clear = async () => {
    try {
      await api.mcp.clearWire(id());
      setEntries([]);
    } catch (error) {
      toast.error(error);
    }
  };
  const load = async (chosen: File | undefined) => {
    if (!chosen) return;
    const requests = chosen.size > 20_000_000 ? undefined : readSession(await chosen.text());
    if (!requests) toast.error(texts.notASession);
    else if (requests.length === 0) toast.error(texts.nothingToReplay);
    else setSession(requests);
  };

  return (
    <div class="wire">
      <div class="wire-tools">
        <SearchField label={texts.filter} value={filter()} onInput={setFilter} />
        <Segmented
          label={texts.direction}
          value={direction()}
          options={(["all", "sent", "received"] as const).map((value) => ({ value, label: texts.directions[value] }))}
          onChange={setDirection}
        />
        <Button size="sm" onClick={() => setSending(!sending())}>
          {texts.newRequest}
        </Button>
        <Button
          size="sm"
          disabled={entries().length === 0}
          onClick={() =>
            saveText(`${props.server.name}.session.json`, toSession(props.server.name, entries().toReversed()))
          }
        >
          {texts.save}
        </Button>
        <Button size="sm" disabled={props.server.status !== "running"} onClick={() => file?.click()}>
          {texts.replay}
        </Button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          hidden
          aria-label={texts.replay}
          onChange={(event) => {
            void load(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
        <Button size="sm" variant="ghost" disabled={entries().length === 0} onClick={() => void clear()}>
          {texts.clear}
        </Button>
        <span class="count">{texts.count(shown().length)}</span>
      </div>
      <div class="wire-panels">
        <Show when={sending()}>
          <SendRequest serverId={id()} canSend={props.server.status === "running"} onClose={() => setSending(false)} />
        </Show>
        <Show when={session()} keyed>
          {(requests) => <ReplayPanel serverId={id()} requests={requests} onClose={() => setSession(undefined)} />}
        </Show>
      </div>
      <Show
        when={entries().length > 0}
        fallback={
          <EmptyState icon={<Cable size={18} />} title={texts.none}>
            {texts.noneHint}
          </EmptyState>
        }
      >
        <ol class="wire-list" aria-label={texts.title}>
          <For each={shown()}>
            {(entry) => (
              <Entry
                entry={entry}
                open={open() === entry.sequence}
                onToggle={() => setOpen(open() === entry.sequence ? null : entry.sequence)}
              />
            )}
          </For>
        </ol>
      </Show>
    </div>
  );
}

function Entry(props: { entry: McpWireEntry; open: boolean; onToggle: () => void }) {
  const text = createMemo(() => (props.open ? indented(props.entry.message) : ""));
  const isSent = () => props.entry.direction === "sent";
  return (
    <li class="call">
      <div class="row call-head">
        <button type="button" class="call-toggle grow" aria-expanded={props.open} onClick={props.onToggle}>
          {isSent() ? <ArrowUp size={13} /> : <ArrowDown size={13} />}
          <span class="visually-hidden">{texts.directions[props.entry.direction]}</span>
          <b class="truncate">{visibleName(props.entry.method ?? texts.kinds[props.entry.kind])}</b>
          <span classList={{ "wire-error": props.entry.kind === "error" }} class="count">
            {texts.kinds[props.entry.kind]}
          </span>
          <Show when={props.entry.ofProgram}>
            <span class="count">{texts.ofProgram}</span>
          </Show>
          <span class="count grow wire-meta">
            {[
              props.entry.durationMs === null ? "" : formatElapsed(props.entry.durationMs),
              formatBytes(props.entry.bytes),
              formatTime(props.entry.timestamp),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </button>
        <CopyButton text={props.entry.message} />
      </div>
      <Show when={props.open}>
        <div class="call-body">
          <Show when={props.entry.cut}>
            <p class="faint">{props.entry.hidden ? texts.hidden : texts.cut}</p>
          </Show>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
          <pre class="wire-text" tabIndex={0}>
            {text()}
          </pre>
        </div>
      </Show>
    </li>
  );
}

function indented(message: string): string {
  try {
    return JSON.stringify(JSON.parse(message), null, 2);
  } catch {
    return message; // it was cut
  }
}
