import ArrowDown from "lucide-solid/icons/arrow-down";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import Clock from "lucide-solid/icons/clock";
import Download from "lucide-solid/icons/download";
import Eraser from "lucide-solid/icons/eraser";
import ScrollText from "lucide-solid/icons/scroll-text";
import WrapText from "lucide-solid/icons/text-wrap";
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, Show } from "solid-js";
import { connectionState } from "../../lib/ws-client.ts";
import {
  CopyButton,
  EmptyState,
  IconButton,
  SearchField,
  Select,
  Status,
  Toolbar,
  ToolbarGap,
} from "../../ui/index.ts";
import "./logs.css";
import { LogLines, type LogLinesApi } from "./LogLines.tsx";
import { logFileName, toPlainLog } from "./log-export.ts";
import { createLogFeed, type LogFeed, type OpenLog } from "./log-feed.ts";
import { everything, indexOfId } from "./log-filter.ts";
import { type LevelChoice, levelChoices, levelsOf } from "./log-level-choice.ts";
import { createPreference } from "./preference.ts";
import { saveText } from "./save-file.ts";

export interface LogViewProps {
  /** What the log is of; names the region and the downloaded file. */
  name: string;
  source: OpenLog | undefined;
}

type StreamChoice = "all" | "stdout" | "stderr";

/** Waiting for the typing to pause: a search reads every line. */
const SEARCH_DELAY = 150;

/** A live log: follows, searches, filters, copies and saves. */
export function LogView(props: LogViewProps) {
  const feed = createLogFeed(() => props.source);
  const [times, setTimes] = createPreference("log-times", true);
  const [wrap, setWrap] = createPreference("log-wrap", false);
  const [following, setFollowing] = createSignal(true);
  /** Id of the newest line when the reader stopped following. */
  const [seen, setSeen] = createSignal(0);
  let lines: LogLinesApi | undefined;
  let root: HTMLDivElement | undefined;

  const follow = (next: boolean) => {
    if (next === following()) return;
    if (!next) setSeen(feed.shown().at(-1)?.id ?? 0);
    setFollowing(next);
  };
  createEffect(
    on(
      () => props.source,
      () => setFollowing(true),
      { defer: true },
    ),
  );
  const missed = createMemo(() => (following() ? 0 : feed.shown().length - indexOfId(feed.shown(), seen() + 1)));
  const matching = createMatches(feed, (id) => {
    follow(false);
    lines?.toId(id);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "f" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    // The browser's own search sees only the few lines that are in the page.
    event.preventDefault();
    root?.querySelector<HTMLInputElement>("input[type=search]")?.select();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the shortcut is for whatever has the focus inside.
    <div class="log-view" ref={root} onKeyDown={onKeyDown}>
      <Toolbar pane label={`Log of ${props.name}`}>
        <LogSearch matching={matching} />
        <LogFilters feed={feed} />
        <ToolbarGap />
        <LogState feed={feed} />
        <div class="log-tools">
          <IconButton
            size="sm"
            label="Times"
            aria-pressed={times()}
            icon={<Clock size={14} />}
            onClick={() => setTimes(!times())}
          />
          <IconButton
            size="sm"
            label="Wrap lines"
            aria-pressed={wrap()}
            icon={<WrapText size={14} />}
            onClick={() => setWrap(!wrap())}
          />
          <CopyButton label="Copy what is shown" text={toPlainLog(feed.shown(), times())} />
          <IconButton
            size="sm"
            label="Download what is shown"
            icon={<Download size={14} />}
            onClick={() => saveText(logFileName(props.name, new Date()), toPlainLog(feed.shown(), times()))}
          />
          <IconButton size="sm" label="Clear" icon={<Eraser size={14} />} onClick={feed.clear} />
        </div>
      </Toolbar>
      <div class="log-body">
        <Show when={feed.shown().length > 0} fallback={<Nothing feed={feed} />}>
          <LogLines
            label={`Log of ${props.name}`}
            entries={feed.shown()}
            version={feed.version()}
            search={feed.search()}
            current={matching.current()}
            times={times()}
            wrap={wrap()}
            following={following()}
            onFollowingChange={follow}
            api={(api) => {
              lines = api;
            }}
          />
          <Show when={!following()}>
            <button type="button" class="log-pill" onClick={() => follow(true)}>
              <ArrowDown size={13} />
              <Show when={missed() > 0}>
                {missed().toLocaleString()} new {missed() === 1 ? "line" : "lines"} ·{" "}
              </Show>
              Jump to live
            </button>
          </Show>
        </Show>
      </div>
    </div>
  );
}

/** The search's place among its matches. */
function createMatches(feed: LogFeed, show: (id: number) => void) {
  const [current, setCurrent] = createSignal<number | undefined>();
  const [text, setText] = createSignal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  function apply() {
    clearTimeout(timer);
    if (feed.search() === text()) return;
    feed.setSearch(text());
    const last = feed.matches().at(-1);
    setCurrent(last);
    if (last !== undefined) show(last);
  }
  function step(by: 1 | -1) {
    if (feed.search() !== text()) return apply();
    const ids = feed.matches();
    if (ids.length === 0) return;
    const here = ids.indexOf(current() ?? -1);
    const next = ids[here === -1 ? ids.length - 1 : (here + by + ids.length) % ids.length];
    setCurrent(next);
    if (next !== undefined) show(next);
  }
  return {
    text,
    setText(next: string) {
      setText(next);
      clearTimeout(timer);
      timer = setTimeout(apply, SEARCH_DELAY);
    },
    current: current as Accessor<number | undefined>,
    position: () => feed.matches().indexOf(current() ?? -1) + 1,
    count: () => feed.matches().length,
    searching: () => feed.search() !== "",
    next: () => step(1),
    previous: () => step(-1),
  };
}

function LogSearch(props: { matching: ReturnType<typeof createMatches> }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter in the field inside goes to the next match.
    <div
      class="log-search"
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        if (event.shiftKey) props.matching.previous();
        else props.matching.next();
      }}
    >
      <SearchField label="Search the log" value={props.matching.text()} onInput={props.matching.setText} />
      <Show when={props.matching.searching()}>
        <span class="count log-count" role="status">
          {props.matching.count() === 0
            ? "No match"
            : `${props.matching.position().toLocaleString()} of ${props.matching.count().toLocaleString()}`}
        </span>
        <IconButton size="sm" label="Previous match" icon={<ChevronUp size={14} />} onClick={props.matching.previous} />
        <IconButton size="sm" label="Next match" icon={<ChevronDown size={14} />} onClick={props.matching.next} />
      </Show>
    </div>
  );
}

function LogFilters(props: { feed: LogFeed }) {
  const [level, setLevel] = createSignal<LevelChoice>("all");
  const [stream, setStream] = createSignal<StreamChoice>("all");
  const apply = () => {
    const chosen = stream();
    props.feed.setFilter({
      levels: levelsOf(level()),
      streams: chosen === "all" ? everything.streams : new Set([chosen]),
    });
  };
  return (
    <>
      <Select
        label="Level"
        labelHidden
        size="sm"
        value={level()}
        options={levelChoices}
        onChange={(next) => {
          setLevel(next);
          apply();
        }}
      />
      <Select
        label="Stream"
        labelHidden
        size="sm"
        value={stream()}
        options={[
          { value: "all", label: "All output" },
          { value: "stdout", label: "stdout" },
          { value: "stderr", label: "stderr" },
        ]}
        onChange={(next) => {
          setStream(next);
          apply();
        }}
      />
    </>
  );
}

function LogState(props: { feed: LogFeed }) {
  const shown = (): { tone: "ok" | "warn" | "bad" | "neutral"; pulse?: boolean; text: string } => {
    if (connectionState() === "reconnecting") return { tone: "warn", pulse: true, text: "Reconnecting" };
    switch (props.feed.status()) {
      case "live":
        return connectionState() === "live"
          ? { tone: "ok", text: "Live" }
          : { tone: "neutral", pulse: true, text: "Connecting" };
      case "reattaching":
        return { tone: "warn", pulse: true, text: "Reattaching" };
      case "closed":
        return { tone: "neutral", text: props.feed.message() };
      case "failed":
        return { tone: "bad", text: "Not available" };
    }
  };
  return (
    <span class="log-state" role="status">
      <Status tone={shown().tone} pulse={shown().pulse}>
        {shown().text}
      </Status>
    </span>
  );
}

function Nothing(props: { feed: LogFeed }) {
  const filtered = () => props.feed.total() > 0;
  return (
    <EmptyState
      icon={<ScrollText size={18} />}
      tone={props.feed.status() === "failed" ? "bad" : "neutral"}
      title={
        props.feed.status() === "failed"
          ? "The log cannot be shown"
          : filtered()
            ? "No line passes the filter"
            : "Nothing logged yet"
      }
    >
      {props.feed.status() === "failed"
        ? props.feed.message()
        : filtered()
          ? `${props.feed.total().toLocaleString()} lines are hidden by the level or stream chosen above.`
          : "New lines appear here as they are written."}
    </EmptyState>
  );
}
