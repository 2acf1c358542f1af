import { createEffect, createSignal, type JSX, on, Show } from "solid-js";
import "../logs.css";
import { saveText } from "../../../lib/save-file.ts";
import { createAddressedControls } from "../addressed-controls.ts";
import type { OpenLog } from "../live/live-logs.ts";
import { createLogFeed } from "../live/log-feed.ts";
import { LogPane, type LogPaneApi } from "./LogPane.tsx";
import { LogToolbar } from "./LogToolbar.tsx";
import { logFileName, toPlainLog } from "./log-export.ts";
import { createLogKeys } from "./log-keys.ts";

export interface LogViewProps {
  /** What the log is of; names the region and the downloaded file. */
  name: string;
  source: OpenLog | undefined;
  /** What the reader should know of the lines. */
  note?: string;
  /** Further switches of the toolbar. */
  tools?: JSX.Element;
}

/** A live log of which nothing is stored: follows, searches, filters, copies and saves what is in the page. */
export function LogView(props: LogViewProps) {
  const controls = createAddressedControls();
  let opened = 0;
  const feed = createLogFeed({
    sources: () => (props.source ? [{ key: String(++opened), open: props.source }] : []),
    query: controls.query,
  });
  const [pane, setPane] = createSignal<LogPaneApi>();
  let root: HTMLDivElement | undefined;
  createLogKeys({ root: () => root, controls, pane });
  createEffect(
    on(
      () => props.source,
      () => controls.setFollowing(true),
      { defer: true },
    ),
  );
  return (
    <div class="log-view" ref={root}>
      <LogToolbar
        label={`Log of ${props.name}`}
        controls={controls}
        pane={pane()}
        onDownload={() =>
          saveText(logFileName(props.name, new Date()), toPlainLog(feed.shown(), controls.times() !== "off"))
        }
        onClear={feed.clear}
        tools={props.tools}
      />
      <Show when={props.note}>
        <p class="log-note" role="note">
          {props.note}
        </p>
      </Show>
      <LogPane label={`Log of ${props.name}`} feed={feed} controls={controls} api={setPane} />
    </div>
  );
}
