import BookmarkCheck from "lucide-solid/icons/bookmark-check";
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpSavedCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import { toMessage } from "../../../lib/api.ts";
import { useJobs } from "../../../lib/jobs/jobs.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { saveText } from "../../../lib/save-file.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { createAddressName } from "../../../resource/address-value.ts";
import { Button, Callout, EmptyState, ErrorState, Skeleton, toast } from "../../../ui/index.ts";
import { savedMessages as texts } from "./messages.ts";
import { SaveCallDialog } from "./SaveCallDialog.tsx";
import { SavedCall } from "./SavedCall.tsx";
import { savedCallsApi, savedCallsKey } from "./saved-calls-api.ts";
import { contentOf, readSavedCalls, toSavedCallsFile } from "./saved-calls-file.ts";

/** Largest file that is read, in bytes. */
const MAX_FILE = 5_000_000;

/** The saved calls of a server, what came of their latest checks, and their file. */
export default function SavedCallsTab(props: { server: McpServer }) {
  const invalidate = useInvalidate();
  const jobs = useJobs();
  const id = () => props.server.id;
  const query = useQuery(() => ({ queryKey: savedCallsKey(id()), queryFn: () => savedCallsApi.list(id()) }));
  const calls = () => query.data ?? [];
  const refetch = () => invalidate(savedCallsKey(id()));
  const [open, setOpen] = createAddressName("call");
  const [editing, setEditing] = createSignal<McpSavedCall | null>(null);
  const [removed, setRemoved] = createSignal<McpSavedCall | null>(null);
  const [busy, setBusy] = createSignal(false);
  let file: HTMLInputElement | undefined;
  const running = () => props.server.status === "running" || props.server.status === "idle";
  const count = createMemo(() => {
    const checks = calls().map(({ lastCheck }) => lastCheck);
    const passed = checks.filter((check) => check?.passed === true).length;
    const failed = checks.filter((check) => check?.passed === false).length;
    return texts.counts(passed, failed, checks.length - passed - failed);
  });

  /** One change at a time; its failure is a toast, and the list is read again after either. */
  const change = async (work: () => Promise<unknown>) => {
    if (busy()) return;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      toast.error(toMessage(error));
    } finally {
      setBusy(false);
      await refetch();
    }
  };
  const runAll = () => change(async () => jobs.started(await savedCallsApi.checkAll(id())));
  const remove = (call: McpSavedCall) => change(async () => setRemoved(await savedCallsApi.remove(id(), call.id)));
  const undo = (call: McpSavedCall) =>
    change(async () => {
      await savedCallsApi.save(id(), contentOf(call));
      setRemoved(null);
    });
  const load = (chosen: File | undefined) =>
    change(async () => {
      if (!chosen) return;
      const read = chosen.size > MAX_FILE ? undefined : readSavedCalls(await chosen.text());
      if (!read) return toast.error(texts.notAFile);
      toast.success(texts.imported((await savedCallsApi.import(id(), { calls: read })).length));
    });

  return (
    <div class="detail-scroll">
      <div class="wire-tools">
        <Button
          size="sm"
          variant="primary"
          disabled={!running() || calls().length === 0}
          busy={busy()}
          onClick={runAll}
        >
          {texts.runAll}
        </Button>
        <Button size="sm" onClick={() => file?.click()}>
          {texts.import}
        </Button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          hidden
          aria-label={texts.import}
          onChange={(event) => {
            const input = event.currentTarget;
            void load(input.files?.[0]).finally(() => {
              input.value = "";
            });
          }}
        />
        <Button
          size="sm"
          disabled={calls().length === 0}
          onClick={() => saveText(`${props.server.name}.calls.json`, toSavedCallsFile(props.server.name, calls()))}
        >
          {texts.export}
        </Button>
        <Show when={calls().length > 0}>
          <span class="count" role="status">
            {count()}
          </span>
        </Show>
      </div>
      <Show when={!running()}>
        <p class="faint">{texts.notRunning}</p>
      </Show>
      <Show when={removed()}>
        {(call) => (
          <Callout tone="info">
            {texts.removed(visibleName(call().name))}{" "}
            <Button size="sm" busy={busy()} onClick={() => void undo(call())}>
              {texts.undo}
            </Button>
          </Callout>
        )}
      </Show>
      <Switch fallback={<Skeleton lines={4} />}>
        <Match when={query.error && !query.data}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Match>
        <Match when={query.data?.length === 0}>
          <EmptyState icon={<BookmarkCheck size={18} />} title={texts.none}>
            {texts.noneHint}
          </EmptyState>
        </Match>
        <Match when={query.data}>
          <ol class="server-requests" aria-label={texts.title}>
            <For each={calls().map((call) => call.id)}>
              {(callId) => (
                <Show when={calls().find((call) => call.id === callId)}>
                  {(call) => (
                    <SavedCall
                      serverId={id()}
                      call={call()}
                      canRun={running()}
                      open={open() === callId}
                      onToggle={(shown) => setOpen(shown ? callId : null)}
                      onChecked={refetch}
                      onEdit={() => setEditing(call())}
                      onRemove={() => void remove(call())}
                    />
                  )}
                </Show>
              )}
            </For>
          </ol>
        </Match>
      </Switch>
      <Show when={editing()} keyed>
        {(call) => (
          <SaveCallDialog serverId={id()} call={contentOf(call)} id={call.id} onClose={() => setEditing(null)} />
        )}
      </Show>
    </div>
  );
}
