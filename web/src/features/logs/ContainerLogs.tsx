import Activity from "lucide-solid/icons/activity";
import ChartNoAxesColumn from "lucide-solid/icons/chart-no-axes-column";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { api } from "../../lib/api.ts";
import { basePath } from "../../lib/urls.ts";
import { copyText } from "../../ui/CopyButton.tsx";
import { IconButton, toast } from "../../ui/index.ts";
import "./logs.css";
import { createPreference } from "../../lib/preference.ts";
import { openDownload, saveText } from "../../lib/save-file.ts";
import { createTimeView, TimeViewProvider, useTimeView } from "../../lib/time-view.ts";
import { CHARTED_MAX, LogCharts } from "./charts/LogCharts.tsx";
import { type Keeping, useKeeping } from "./container-sources.ts";
import { LogColumns } from "./LogColumns.tsx";
import type { LogLine } from "./live/log-entry.ts";
import type { LogFeed } from "./live/log-feed.ts";
import { formatLogAddress, type LogLayout } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { MergedLog } from "./MergedLog.tsx";
import { charts as chartTexts, links, storage, toolbar } from "./messages.ts";
import { processName } from "./process-sources.ts";
import { LogHistogram } from "./search/LogHistogram.tsx";
import { LogRange } from "./search/LogRange.tsx";
import { toParameters, toStoredQuery } from "./search/log-query.ts";
import { targetParameters } from "./stored/stored-history.ts";
import type { LogPaneApi } from "./view/LogPane.tsx";
import { LogToolbar } from "./view/LogToolbar.tsx";
import type { LogControls } from "./view/log-controls.ts";
import { logFileName, toPlainLog } from "./view/log-export.ts";
import { createLogKeys } from "./view/log-keys.ts";

export interface ContainerLogsProps {
  label: string;
  /** Names; all containers when nothing is named. */
  containers: readonly string[];
  /** Ids of deployments: PM2 processes. */
  processes?: readonly string[];
  layout?: LogLayout;
  controls: LogControls;
  /** Id of a stored line to show in its place. */
  line?: string | undefined;
  tools?: JSX.Element;
}

/** Live logs and log history of any number of containers and PM2 processes, merged by time or side by side. */
export function ContainerLogs(props: ContainerLogsProps) {
  const { controls } = props;
  const keeping = useKeeping();
  const time =
    useTimeView() ??
    createTimeView({ range: controls.query, setRange: ({ since, until }) => controls.change({ since, until }) });
  const [charts, setCharts] = createPreference("log-charts", false);
  const hasCharts = () => isStored() && props.containers.length > 0 && props.containers.length <= CHARTED_MAX;
  const [strip, setStrip] = createPreference("log-histogram", true);
  const panes = new Map<string, LogPaneApi>();
  const [active, setActive] = createSignal<LogPaneApi>();
  let root: HTMLDivElement | undefined;
  createLogKeys({ root: () => root, controls, pane: active });
  const processes = () => props.processes ?? [];
  const count = () => props.containers.length + processes().length;
  const targets = createMemo((): LogTargets => ({ containers: props.containers, processes: processes() }));
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

  /** Any time again, at its live end. */
  function showLive() {
    controls.change({ since: undefined, until: undefined });
    // The range of the page changes first.
    queueMicrotask(() => {
      for (const pane of panes.values()) pane.toEnd();
    });
  }

  async function copyLink(feed: LogFeed, line: LogLine) {
    const id = await feed.storedId(line).catch(() => undefined);
    if (!id) {
      return toast.error(isStored() ? links.notYetStored : links.notStored);
    }
    const query = { ...controls.query(), only: false };
    const address = formatLogAddress({
      containers: [...props.containers],
      processes: [...processes()],
      layout: "merged",
      query,
      line: id,
    });
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
      return openDownload(api.logs.downloadUrl([...targetParameters(targets()), ...query, ["times", times]]));
    }
    const name = count() === 1 ? (props.containers[0] ?? processName(processes()[0] ?? "")) : "logs";
    saveText(logFileName(name, new Date()), toPlainLog(active()?.feed.shown() ?? [], controls.times() !== "off"));
  }

  return (
    <TimeViewProvider value={time}>
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
          filters={<LogRange controls={controls} onLive={showLive} />}
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
              <Show when={hasCharts()}>
                <IconButton
                  size="sm"
                  label={chartTexts.show}
                  aria-pressed={charts()}
                  icon={<Activity size={14} />}
                  onClick={() => setCharts(!charts())}
                />
              </Show>
              {props.tools}
            </>
          }
        />
        <Show when={strip() && isStored()}>
          <LogHistogram
            targets={targets()}
            controls={controls}
            time={time}
            view={active()?.view()}
            onGo={(at) => {
              controls.setFollowing(false);
              for (const pane of panes.values()) pane.feed.goTo(at);
            }}
          />
        </Show>
        <Show when={charts() && hasCharts()}>
          <LogCharts containers={props.containers} time={time} />
        </Show>
        <Show when={processes().length > 0}>
          <p class="log-note" role="note">
            {storage.roughTimes}
          </p>
        </Show>
        <Show when={keepingNote(keeping())}>
          {(note) => (
            <p class="log-note" role="note">
              {note()}
            </p>
          )}
        </Show>
        <Show
          when={props.layout === "columns" && count() > 1}
          fallback={
            <MergedLog
              {...props}
              processes={processes()}
              enter={enter}
              leave={leave}
              onLink={(feed, line) => void copyLink(feed, line)}
              onActive={setActive}
            />
          }
        >
          <LogColumns
            {...props}
            processes={processes()}
            enter={enter}
            leave={leave}
            onLink={(feed, line) => void copyLink(feed, line)}
            onActive={setActive}
            onMoved={follow}
          />
        </Show>
      </div>
    </TimeViewProvider>
  );
}

/** What the reader should know of which lines are stored; undefined when all is as usual. */
function keepingNote({ state, reason }: Keeping): string | undefined {
  if (state === "none") return storage.none;
  if (state === "unknown") return storage.unknown;
  return reason === undefined ? undefined : storage.paused(reason);
}
