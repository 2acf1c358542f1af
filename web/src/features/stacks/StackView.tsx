import { A } from "@solidjs/router";
import ArrowLeft from "lucide-solid/icons/arrow-left";
import CloudDownload from "lucide-solid/icons/cloud-download";
import Ellipsis from "lucide-solid/icons/ellipsis";
import Layers from "lucide-solid/icons/layers";
import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import Play from "lucide-solid/icons/play";
import Power from "lucide-solid/icons/power";
import RotateCw from "lucide-solid/icons/rotate-cw";
import ScrollText from "lucide-solid/icons/scroll-text";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import type { UpOptions } from "../../lib/api/stacks.ts";
import { api } from "../../lib/api.ts";
import { formatAgo } from "../../lib/format.ts";
import { invalidate, queryKeys, useStack } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import {
  Badge,
  Button,
  buttonClass,
  Callout,
  EmptyState,
  ErrorState,
  IconButton,
  Menu,
  type MenuEntry,
  Page,
  Skeleton,
  Status,
  type Tab,
  Tabs,
  toast,
} from "../../ui/index.ts";
import { createLeaveGuard } from "../files/editor/leave-guard.ts";
import { InterruptedSaves } from "../files/folder/InterruptedSaves.tsx";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { CONTAINERS_MAX } from "../logs/log-address.ts";
import { ComposeTab } from "./compose/ComposeTab.tsx";
import { createStackDocument } from "./compose/stack-document.ts";
import { DownDialog } from "./DownDialog.tsx";
import { HistoryTab } from "./history/HistoryTab.tsx";
import { StackServices } from "./StackServices.tsx";
import { ComposeMissing } from "./StacksView.tsx";
import { createStackActions } from "./stack-actions.ts";
import { countsOf, interruptedText, lockText, lookOf } from "./stack-state.ts";
import { UpDialog } from "./UpDialog.tsx";
import { VariablesTab } from "./VariablesTab.tsx";
import "../files/files.css";
import "./stacks.css";

/** One stack: what runs, its compose file, its variables, and what is done to it. */
export function StackView(props: { name: string; onLeave: () => void }) {
  const query = useStack(() => props.name);
  const actions = createStackActions(props.name);
  const [file, setFile] = createSignal(0);
  const [tab, setTab] = createSignal("services");
  const [dialog, setDialog] = createSignal<"up" | "down" | "remove" | null>(null);
  const stack = () => query.data?.stack;
  const readable = () => !["outside", "name", "file-missing", "refused"].includes(stack()?.lock ?? "");
  // The list is fetched anew time and again: that must not drop what was typed.
  const hasFile = createMemo(() => stack() !== undefined && readable());
  const document = createMemo(() => (hasFile() ? createStackDocument(props.name, file()) : undefined));
  const containers = () => stack()?.services.flatMap((service) => service.containers.map(({ name }) => name)) ?? [];
  const mayAct = () => session.may("stacks:manage");
  const mayChange = () => mayAct() && stack()?.lock === null;

  createLeaveGuard({ dirty: () => document()?.dirty() === true, safe: () => document()?.safe() !== false });

  /** What is brought up is what is on the disk: what was typed is saved first, once that is confirmed. */
  async function bringUp(options: UpOptions): Promise<void> {
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
  /** Text of the open file that is not on the disk yet. */
  const unsaved = () => {
    const open = document();
    return open?.dirty() ? { index: open.index, content: open.content() } : null;
  };
  async function remove(volumes: boolean): Promise<void> {
    const job = await actions.remove(volumes);
    if (job?.state === "succeeded") props.onLeave();
  }
  createEffect(
    on(
      () => actions.job()?.state,
      () => void invalidate(queryKeys.stacks),
      { defer: true },
    ),
  );

  const tabs = (shown: StackDetail): Tab[] => [
    {
      id: "services",
      label: "Services",
      count: shown.services.length,
      content: () => (
        <div class="stacks-pane">{<Show when={stack()}>{(now) => <StackServices stack={now()} />}</Show>}</div>
      ),
    },
    ...(document()
      ? [
          {
            id: "compose",
            label: "Compose file",
            content: () => (
              <Show when={stack()}>
                {(now) => (
                  <Show when={document()} keyed>
                    {(open) => <ComposeTab stack={now()} document={open} mayChange={mayChange()} onFile={setFile} />}
                  </Show>
                )}
              </Show>
            ),
          },
          {
            id: "variables",
            label: "Variables",
            content: () => (
              <VariablesTab
                name={props.name}
                mayChange={mayChange()}
                onChanged={() => void document()?.check(document()?.content() ?? "")}
              />
            ),
          },
          {
            id: "history",
            label: "History",
            content: () => (
              <Show when={document()}>
                {(open) => (
                  <HistoryTab
                    name={props.name}
                    document={open()}
                    mayChange={mayChange()}
                    onTake={(content) => {
                      open().setContent(content);
                      setTab("compose");
                    }}
                  />
                )}
              </Show>
            ),
          },
        ]
      : []),
  ];

  return (
    <Page
      fixed
      title={
        <span class="row">
          <IconButton label="Back to all stacks" icon={<ArrowLeft size={16} />} onClick={props.onLeave} />
          <span class="truncate">{visibleName(props.name)}</span>
        </span>
      }
      note={<Show when={stack()}>{(now) => <Summary stack={now()} />}</Show>}
      actions={
        <>
          <Show when={containers().length > 0}>
            <A class={buttonClass()} href={`/logs${logsOf(containers())}`}>
              <ScrollText size={14} />
              Logs
            </A>
          </Show>
          <Show when={mayAct() && stack()}>
            {(now) => (
              <Actions
                stack={now()}
                busy={actions.running()}
                onUp={() => setDialog("up")}
                onAct={(verb) => void actions.act(verb)}
                onAsk={setDialog}
              />
            )}
          </Show>
        </>
      }
    >
      <Switch fallback={<Skeleton lines={8} />}>
        <Match when={query.error && !query.data}>
          <Show
            when={(query.error as { code?: string } | null)?.code === "not_found"}
            fallback={<ErrorState error={query.error} onRetry={() => void query.refetch()} />}
          >
            <EmptyState
              icon={<Layers size={18} />}
              title="There is no such stack"
              action={<Button onClick={props.onLeave}>Show all stacks</Button>}
            >
              It was taken down or deleted, and no container of it is left.
            </EmptyState>
          </Show>
        </Match>
        <Match when={stack()}>
          {(now) => (
            <div class="stacks-body">
              <Show when={query.data && query.data.engine.state !== "up"}>
                <Callout tone="warn" icon={<Unplug size={15} />}>
                  Docker does not answer: what runs is not known. {query.data?.engine.hint}
                </Callout>
              </Show>
              <Show when={now().lock === "compose-missing"}>
                <ComposeMissing hint={now().reason ?? ""} />
              </Show>
              <Show when={now().lock !== null && now().lock !== "compose-missing"}>
                <Callout tone="info" icon={<Lock size={15} />}>
                  Its files cannot be changed here. {visibleName(lockText(now()))}
                  {now().total > 0 ? " Stop and Restart act on its containers." : ""}
                </Callout>
              </Show>
              <Show when={interruptedText(now())}>
                {(text) => (
                  <Callout tone="warn" icon={<TriangleAlert size={15} />}>
                    {text()}
                  </Callout>
                )}
              </Show>
              <For each={now().notices}>
                {(notice) => (
                  <Callout tone="warn" icon={<TriangleAlert size={15} />}>
                    {visibleName(notice)}
                  </Callout>
                )}
              </For>
              <Show when={mayChange() && hasFile()}>
                <InterruptedSaves
                  list={() => api.stacks.interruptedSaves(props.name)}
                  choose={async (id, version) => {
                    await api.stacks.chooseVersion(props.name, id, version);
                    await document()?.noticeChange();
                  }}
                />
              </Show>
              <Show when={document()?.restored() && tab() !== "compose"}>
                <Callout tone="info" icon={<PencilLine size={15} />}>
                  <div class="row row-wrap">
                    <span class="grow">The compose file has unsaved text from an earlier visit.</span>
                    <Button size="sm" onClick={() => setTab("compose")}>
                      Show
                    </Button>
                  </div>
                </Callout>
              </Show>
              <Show when={actions.job()}>
                {(job) => (
                  <div class="card stacks-job">
                    <JobProgress
                      job={job()}
                      {...(session.may("services:control") ? { onCancel: () => actions.cancel(job().id) } : {})}
                    />
                    <Show when={job().state !== "running"}>
                      <span class="stacks-dismiss">
                        <IconButton
                          size="sm"
                          label="Put the output away"
                          icon={<X size={14} />}
                          onClick={actions.dismiss}
                        />
                      </span>
                    </Show>
                  </div>
                )}
              </Show>
              <div class="card card-flush stacks-tabs">
                <Tabs label={`Parts of ${props.name}`} tabs={tabs(now())} value={tab()} onChange={setTab} />
              </div>
            </div>
          )}
        </Match>
      </Switch>
      <Show when={dialog() === "up" && stack()}>
        {(now) => (
          <UpDialog
            name={props.name}
            files={now().files.length}
            onClose={() => setDialog(null)}
            unsaved={unsaved()}
            onUp={(options) => void bringUp(options)}
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
            onDown={(volumes) => {
              const removing = dialog() === "remove";
              setDialog(null);
              if (removing) void remove(volumes);
              else void actions.down(volumes);
            }}
          />
        )}
      </Show>
    </Page>
  );
}

/** The merged log of containers, as the page of logs takes it. */
const logsOf = (names: readonly string[]): string =>
  `?${new URLSearchParams(names.slice(0, CONTAINERS_MAX).map((name) => ["c", name]))}`;

function Summary(props: { stack: StackDetail }) {
  return (
    <span class="row row-wrap">
      <Status tone={lookOf(props.stack).tone}>{lookOf(props.stack).text}</Status>
      <Show when={countsOf(props.stack)}>
        {(counts) => (
          <span>
            {counts().running} of {counts().expected} running
          </span>
        )}
      </Show>
      <Show when={props.stack.finished > 0}>
        <span>{props.stack.finished} finished</span>
      </Show>
      <Show when={props.stack.missing > 0}>
        <Badge tone="warn" title="Services of the compose file that have no container.">
          {props.stack.missing} missing
        </Badge>
      </Show>
      <Show when={props.stack.appliedAt}>{(at) => <span>brought up {formatAgo(at())}</span>}</Show>
      <Show when={props.stack.changed}>
        <Badge tone="warn" title="The file on the disk differs from what was last brought up from here.">
          changed since
        </Badge>
      </Show>
    </span>
  );
}

interface ActionsProps {
  stack: StackDetail;
  busy: boolean;
  onUp: () => void;
  onAct: (verb: "stop" | "restart" | "pull") => void;
  onAsk: (dialog: "down" | "remove") => void;
}

function Actions(props: ActionsProps) {
  const open = () => props.stack.lock === null;
  const known = () => props.stack.state !== "unknown";
  const items = (): MenuEntry[] => [
    {
      label: "Pull images",
      icon: <CloudDownload size={14} />,
      onSelect: () => props.onAct("pull"),
      disabled: props.busy || !open(),
    },
    {
      label: "Take down…",
      icon: <Power size={14} />,
      onSelect: () => props.onAsk("down"),
      disabled: props.busy || props.stack.total === 0 || ["outside", "name"].includes(props.stack.lock ?? ""),
    },
    ...(props.stack.own && open()
      ? ([
          "separator",
          {
            label: "Delete…",
            icon: <Trash size={14} />,
            onSelect: () => props.onAsk("remove"),
            danger: true,
            disabled: props.busy || !known(),
          },
        ] satisfies MenuEntry[])
      : []),
  ];
  return (
    <>
      <Show when={props.stack.running > 0}>
        <Button icon={<RotateCw size={14} />} disabled={props.busy} onClick={() => props.onAct("restart")}>
          Restart
        </Button>
        <Button icon={<Square size={13} />} disabled={props.busy} onClick={() => props.onAct("stop")}>
          Stop
        </Button>
      </Show>
      <Show when={open()}>
        <Button variant="primary" icon={<Play size={14} />} disabled={props.busy} onClick={props.onUp}>
          Bring up
        </Button>
      </Show>
      <Menu label="More actions" icon trigger={<Ellipsis size={16} />} variant="secondary" items={items()} />
    </>
  );
}
