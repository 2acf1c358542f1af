import Layers from "lucide-solid/icons/layers";
import { type Accessor, createEffect, createMemo, createSignal, on, Show } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import type { UpOptions } from "../../lib/api/stacks.ts";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { queryKeys, useInvalidate, useStack, useStacks } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createAddressName, createAddressTab } from "../../resource/address-value.ts";
import { BackLink } from "../../resource/BackLink.tsx";
import { NearNames } from "../../resource/NearNames.tsx";
import { QueryView } from "../../resource/QueryView.tsx";
import { Button, EmptyState, Page, Tabs, toast } from "../../ui/index.ts";
import { createLeaveGuard } from "../files/editor/leave-guard.ts";
import { createStackDocument } from "./compose/stack-document.ts";
import { DownDialog } from "./DownDialog.tsx";
import { stackListMessages, stackMessages } from "./messages.ts";
import { StackJob } from "./StackJob.tsx";
import { StackNotices } from "./StackNotices.tsx";
import { StackSummary } from "./StackSummary.tsx";
import { type StackDialog, StackToolbar } from "./StackToolbar.tsx";
import { createStackActions } from "./stack-actions.ts";
import { stackTabs } from "./stack-tabs.tsx";
import { UpDialog } from "./UpDialog.tsx";
import "../files/files.css";
import "./stacks.css";

/** Reasons for which the files of a stack cannot even be read. */
const unreadable: readonly (string | null)[] = ["outside", "name", "file-missing", "refused"];

/** One stack: its containers, compose file, variables and history, and the actions on it. */
export function StackView(props: { name: string; onLeave: () => void; onOpen: (name: string) => void }) {
  const invalidate = useInvalidate();
  const session = useSession();
  const query = useStack(() => props.name);
  const actions = createStackActions(props.name);
  const [dialog, setDialog] = createSignal<StackDialog | null>(null);
  const stack = () => query.data?.stack;
  const { document, fileName, setFile } = createOpenDocument(props.name, stack);
  const mayAct = () => session.may("stacks:manage");
  const mayChange = () => mayAct() && stack()?.lock === null;

  createLeaveGuard({
    dirty: () => document()?.dirty() === true,
    safe: () => document()?.safe() !== false,
    stays: (to, from) => to.pathname === from.pathname && (to.searchParams.get("file") ?? null) === fileName(),
  });
  createEffect(
    on(
      () => actions.job()?.state,
      () => void invalidate(queryKeys.stacks),
      { defer: true },
    ),
  );

  /** Saves unsaved text first: the files on the disk are what is deployed. */
  async function deploy(options: UpOptions): Promise<void> {
    const open = document();
    setDialog(null);
    try {
      if (open?.dirty() && !(await open.save())) return void setTab("compose");
    } catch (error) {
      setTab("compose");
      return toast.error(error);
    }
    setTab("services");
    await actions.up(options);
  }
  const unsaved = () => {
    const open = document();
    return open?.dirty() ? { index: open.index, content: open.content() } : null;
  };
  async function takeDown(verb: "down" | "remove", volumes: boolean): Promise<void> {
    setDialog(null);
    if (verb === "down") return void (await actions.down(volumes));
    const job = await actions.remove(volumes);
    if (job?.state === "succeeded") props.onLeave();
  }
  const tabs = () =>
    stackTabs({
      name: props.name,
      stack,
      document,
      mayChange,
      onFile: setFile,
      onTake: (content) => {
        document()?.setContent(content);
        setTab("compose");
      },
    });
  const [tab, setTab] = createAddressTab(() => tabs().map(({ id }) => id), "services");
  createTitle(() => {
    const label =
      tab() === "services"
        ? undefined
        : tabs()
            .find(({ id }) => id === tab())
            ?.label.toLowerCase();
    return joinTitle([visibleName(props.name), label].filter(Boolean).join(" "), stackListMessages.title);
  });

  return (
    <Page
      fixed
      back={<BackLink href="/stacks" label={stackMessages.back} />}
      title={visibleName(props.name)}
      note={<Show when={stack()}>{(now) => <StackSummary stack={now()} />}</Show>}
      actions={
        <StackToolbar
          stack={stack()}
          mayAct={mayAct()}
          busy={actions.running()}
          onAct={(verb) => void actions.act(verb)}
          onAsk={setDialog}
        />
      }
    >
      <QueryView query={query} lines={8} gone={<NoSuchStack {...props} />}>
        {(data) => (
          <div class="stack-body">
            <StackNotices
              stack={data().stack}
              engine={data().engine}
              document={document()}
              mayChange={mayChange()}
              showsFile={tab() === "compose"}
              onShowFile={() => setTab("compose")}
            />
            <StackJob actions={actions} isBesideEditor={tab() !== "services"} />
            <div class="card card-flush stack-tabs">
              <Tabs label={stackMessages.partsOf(props.name)} tabs={tabs()} value={tab()} onChange={setTab} />
            </div>
          </div>
        )}
      </QueryView>
      <Show when={dialog() === "up" && stack()}>
        {(now) => (
          <UpDialog
            name={props.name}
            files={now().files.length}
            unsaved={unsaved()}
            onClose={() => setDialog(null)}
            onUp={(options) => void deploy(options)}
          />
        )}
      </Show>
      <Show when={(dialog() === "down" || dialog() === "remove") && stack()}>
        {(now) => (
          <DownDialog
            name={props.name}
            folder={now().folder}
            remove={dialog() === "remove"}
            onClose={() => setDialog(null)}
            onDown={(volumes) => void takeDown(dialog() === "remove" ? "remove" : "down", volumes)}
          />
        )}
      </Show>
    </Page>
  );
}

/** The compose file that is open; undefined while the stack's files cannot be read. */
function createOpenDocument(name: string, stack: Accessor<StackDetail | undefined>) {
  const [fileName, setFileName] = createAddressName("file");
  const file = createMemo(() => Math.max(0, stack()?.files.indexOf(fileName() ?? "") ?? 0));
  const setFile = (index: number) => setFileName(index === 0 ? null : (stack()?.files[index] ?? null));
  // A memo of its own: each refetch replaces the stack, which must not drop unsaved text.
  const hasFile = createMemo(() => stack() !== undefined && !unreadable.includes(stack()?.lock ?? null));
  const document = createMemo(() => (hasFile() ? createStackDocument(name, file()) : undefined));
  return { document, fileName, setFile };
}

function NoSuchStack(props: { name: string; onLeave: () => void; onOpen: (name: string) => void }) {
  const all = useStacks();
  return (
    <EmptyState
      icon={<Layers size={18} />}
      title={stackMessages.notFound}
      action={<Button onClick={props.onLeave}>{stackMessages.showAll}</Button>}
    >
      {stackMessages.notFoundHint}
      <NearNames wanted={props.name} names={(all.data?.stacks ?? []).map(({ name }) => name)} onOpen={props.onOpen} />
    </EmptyState>
  );
}
