import ChartNoAxesColumn from "lucide-solid/icons/chart-no-axes-column";
import { createEffect, createSignal, For, type JSX, on, onCleanup, Show, untrack } from "solid-js";
import { api } from "../../lib/api.ts";
import { basePath } from "../../lib/urls.ts";
import { copyText } from "../../ui/CopyButton.tsx";
import { IconButton, toast } from "../../ui/index.ts";
import "./logs.css";
import { createPreference } from "../../lib/preference.ts";
import { openDownload, saveText } from "../../lib/save-file.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createContainerSources, type Keeping, useKeeping } from "./container-sources.ts";
import type { LogLine } from "./live/log-entry.ts";
import { createLogFeed, type LogFeed } from "./live/log-feed.ts";
import { CONTAINERS_MAX, formatLogAddress, type LogLayout } from "./log-address.ts";
import { links, storage, toolbar, unfollowed as unfollowedText } from "./messages.ts";
import { LogHistogram } from "./search/LogHistogram.tsx";
import { LogRange } from "./search/LogRange.tsx";
import { toParameters, toStoredQuery } from "./search/log-query.ts";
import { containerParameters } from "./stored/stored-history.ts";
import { LogPane, type LogPaneApi } from "./view/LogPane.tsx";
import { LogToolbar } from "./view/LogToolbar.tsx";
import type { LogControls } from "./view/log-controls.ts";
import { logFileName, toPlainLog } from "./view/log-export.ts";
import { createLogKeys } from "./view/log-keys.ts";

export interface ContainerLogsProps {
  label: string;
  /** Names; all containers when there is none. */
  containers: readonly string[];
  layout?: LogLayout;
  controls: LogControls;
  /** Id of a stored line to show in its place. */
  line?: string | undefined;
  tools?: JSX.Element;
}

/** Live logs and log history of any number of containers, merged by time or side by side. */
export function ContainerLogs(props: ContainerLogsProps) {
  const { controls } = props;
  const keeping = useKeeping();
  const [strip, setStrip] = createPreference("log-histogram", true);
  const panes = new Map<string, LogPaneApi>();
  const [active, setActive] = createSignal<LogPaneApi>();
  let root: HTMLDivElement | undefined;
  createLogKeys({ root: () => root, controls, pane: active });
  const isStored = () => keeping().state === "stored";

  const enter = (key: string, pane: LogPaneApi) => {
    panes.set(key, pane);
    setActive((held) => held ?? pane);
  };
  const leave = (key: string) => {
    const gone = panes.get(key);
    panes.delete(key);
    const [first] = panes.values();
    if (active() === gone) setActive(first);
  };
  /** The others go where the reader went. */
  const follow = (from: LogPaneApi | undefined, at: number) => {
    if (from !== active()) return;
    for (const pane of panes.values()) if (pane !== from) pane.toTime(at);
  };

  async function copyLink(feed: LogFeed, line: LogLine) {
    const id = await feed.storedId(line).catch(() => undefined);
    if (!id) {
      return toast.error(isStored() ? links.notYetStored : links.notStored);
    }
    const query = { ...controls.query(), only: false };
    const address = formatLogAddress({ containers: [...props.containers], layout: "merged", query, line: id });
    try {
      await copyText(`${location.origin}${basePath()}/logs${address}`);
      toast.success(links.copied);
    } catch {
      toast.error(links.copyBlocked);
    }
  }

  async function download() {
    const query = toParameters(toStoredQuery(controls.query()));
    const times = String(controls.times() !== "off");
    if (isStored()) {
      // What is in sight belongs to it.
      await Promise.all([...panes.values()].map(({ feed }) => feed.catchUp().catch(() => undefined)));
      return openDownload(api.logs.downloadUrl([...containerParameters(props.containers), ...query, ["times", times]]));
    }
    const name = props.containers.length === 1 ? (props.containers[0] ?? "") : "containers";
    saveText(logFileName(name, new Date()), toPlainLog(active()?.feed.shown() ?? [], controls.times() !== "off"));
  }

  return (
    <div class="log-view" ref={root}>
      <LogToolbar
        label={props.label}
        controls={controls}
        pane={active()}
        onDownload={() => void download()}
        downloadLabel={isStored() ? toolbar.downloadMatching : toolbar.download}
        onClear={() => {
          for (const pane of panes.values()) pane.feed.clear();
        }}
        filters={<LogRange controls={controls} />}
        tools={
          <>
            <Show when={isStored()}>
              <IconButton
                size="sm"
                label={toolbar.histogram}
                aria-pressed={strip()}
                icon={<ChartNoAxesColumn size={14} />}
                onClick={() => setStrip(!strip())}
              />
            </Show>
            {props.tools}
          </>
        }
      />
      <Show when={strip() && isStored()}>
        <LogHistogram
          containers={props.containers}
          controls={controls}
          view={active()?.view()}
          onGo={(at) => {
            controls.setFollowing(false);
            for (const pane of panes.values()) pane.feed.goTo(at);
          }}
        />
      </Show>
      <Show when={keepingNote(keeping())}>
        {(note) => (
          <p class="log-note" role="note">
            {note()}
          </p>
        )}
      </Show>
      <Show
        when={props.layout === "columns" && props.containers.length > 1}
        fallback={
          <Merged
            {...props}
            enter={enter}
            leave={leave}
            onLink={(feed, line) => void copyLink(feed, line)}
            onActive={setActive}
          />
        }
      >
        <div class="log-columns">
          <For each={props.containers}>
            {(name) => (
              <Column
                {...props}
                name={name}
                enter={enter}
                leave={leave}
                onLink={(feed, line) => void copyLink(feed, line)}
                onActive={setActive}
                onMoved={follow}
              />
            )}
          </For>
        </div>
      </Show>
    </div>
  );
}

interface PartProps extends ContainerLogsProps {
  enter(key: string, pane: LogPaneApi): void;
  leave(key: string): void;
  onLink(feed: LogFeed, line: LogLine): void;
  onActive(pane: LogPaneApi): void;
}

function Merged(props: PartProps) {
  const { sources, history, whole, originOf, many, unfollowed, staysShown } = createContainerSources(
    () => props.containers,
  );
  const feed = createLogFeed({ sources, history, whole, originOf, staysShown, query: props.controls.query });
  createEffect(
    on(
      () => (history() ? props.line : undefined),
      (line) => line !== undefined && feed.goToLine(line),
    ),
  );
  onCleanup(() => props.leave("merged"));
  return (
    <>
      <Show when={unfollowed() > 0}>
        <p class="log-note" role="note">
          {unfollowedText(unfollowed(), CONTAINERS_MAX)}
        </p>
      </Show>
      <LogPane
        label={props.label}
        feed={feed}
        controls={props.controls}
        origins={many()}
        onLink={history() ? (line) => props.onLink(feed, line) : undefined}
        api={(pane) => props.enter("merged", pane)}
      />
    </>
  );
}

function Column(props: PartProps & { name: string; onMoved(from: LogPaneApi | undefined, at: number): void }) {
  const name = untrack(() => props.name);
  const { sources, history, whole, originOf } = createContainerSources(() => [name]);
  const feed = createLogFeed({ sources, history, whole, originOf, query: props.controls.query });
  const [pane, setPane] = createSignal<LogPaneApi>();
  onCleanup(() => props.leave(name));
  return (
    <LogPane
      label={`Log of ${visibleName(name)}`}
      feed={feed}
      controls={props.controls}
      onLink={history() ? (line) => props.onLink(feed, line) : undefined}
      onActive={() => pane() && props.onActive(pane() as LogPaneApi)}
      onMoved={(at) => props.onMoved(pane(), at)}
      head={
        <h2 class="log-column-head truncate" title={visibleName(name)}>
          {visibleName(name)}
        </h2>
      }
      api={(api) => {
        setPane(api);
        props.enter(name, api);
      }}
    />
  );
}

/** What the reader should know of which lines are stored; undefined when all is as usual. */
function keepingNote({ state, reason }: Keeping): string | undefined {
  if (state === "none") return storage.none;
  if (state === "unknown") return storage.unknown;
  return reason === undefined ? undefined : storage.paused(reason);
}
