import ArrowDown from "lucide-solid/icons/arrow-down";
import ScrollText from "lucide-solid/icons/scroll-text";
import { createEffect, createMemo, createSignal, type JSX, on, onCleanup, Show } from "solid-js";
import { useLive } from "../../../lib/live-context.ts";
import { useTimeView } from "../../../lib/time-view.ts";
import { EmptyState, type Tone } from "../../../ui/index.ts";
import { indexOf, nearestTo } from "../live/line-order.ts";
import type { LogLine, Place } from "../live/log-entry.ts";
import type { LogFeed } from "../live/log-feed.ts";
import { empty, toolbar } from "../messages.ts";
import { createMatches, type LogMatches } from "../search/log-matches.ts";
import { LogLines } from "./LogLines.tsx";
import { currentSecond, toClock } from "./line-time.ts";
import type { LogControls } from "./log-controls.ts";
import type { LogLinesApi } from "./log-lines.ts";

/** What stands around a pane needs of it. */
export interface LogPaneApi {
  feed: LogFeed;
  matches: LogMatches;
  toTime(at: number): void;
  /** The oldest line there is, and the newest one, from where it is followed. */
  toStart(): void;
  toEnd(): void;
  focus(): void;
  /** Times of the first and last visible line, in milliseconds since 1970. */
  view: () => readonly [first: number, last: number] | undefined;
}

export interface LogPaneProps {
  label: string;
  feed: LogFeed;
  controls: LogControls;
  origins?: boolean;
  head?: JSX.Element;
  onLink?: ((line: LogLine) => void) | undefined;
  /** The reader scrolled: time of the first visible line. */
  onMoved?: (at: number) => void;
  onActive?: () => void;
  api?: (api: LogPaneApi) => void;
}

/** Wait before a pane that follows another one asks for lines it does not hold, in milliseconds. */
const REST = 200;

/** The lines of one feed, and notices about them. */
export function LogPane(props: LogPaneProps) {
  const { feed, controls } = props;
  let lines: LogLinesApi | undefined;
  /** Where the reader stopped following. */
  const [seen, setSeen] = createSignal<Place | undefined>();
  const [view, setView] = createSignal<readonly [number, number]>();
  const [marked, setMarked] = createSignal<Place | undefined>();
  /** The end of what is shown is the present. */
  const following = () => controls.following() && feed.attached();

  const follow = (next: boolean) => {
    controls.setFollowing(next);
    if (next && !feed.attached()) feed.showLive();
  };
  const matches = createMatches(feed, (place) => {
    controls.setFollowing(false);
    setMarked(undefined);
    // Its lines may be there only with the next frame.
    queueMicrotask(() => lines?.toPlace(place));
  });
  createEffect(
    on(following, (is) => {
      feed.setFollowing(is);
      if (!is) setSeen(feed.shown().at(-1));
    }),
  );
  createEffect(
    on(
      controls.following,
      (is) => {
        if (is && !feed.attached()) feed.showLive();
      },
      { defer: true },
    ),
  );
  createEffect(
    on(feed.target, (target) => {
      if (!target) return;
      controls.setFollowing(false);
      setMarked(target.line ? target.place : undefined);
      if (target.line) matches.setCurrent(target.place);
      queueMicrotask(() => lines?.toPlace(target.place));
    }),
  );
  createEffect(() => {
    if (controls.times() === "relative") onCleanup(currentSecond.keep());
  });

  const time = useTimeView();
  /** The pointer is in this pane: the line under it needs no other mark. */
  const [isPointing, setIsPointing] = createSignal(false);
  const point = (at: number | undefined) => {
    setIsPointing(at !== undefined);
    time?.setCursor(at);
  };
  const near = createMemo(() => {
    const at = time?.cursor();
    return at === undefined || isPointing() ? undefined : nearestTo(feed.shown(), at)?.id;
  });
  const missed = createMemo(() => {
    // New lines are no part of a range that ended.
    if (following() || feed.query().until !== undefined) return 0;
    const last = seen();
    const added = last ? feed.shown().length - indexOf(feed.shown(), { at: last.at, id: last.id + 0.5 }) : 0;
    return feed.attached() ? added : feed.missed();
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  props.api?.({
    feed,
    matches,
    view,
    focus: () => lines?.focus(),
    async toStart() {
      await feed.historyKnown();
      const first = feed.shown()[0];
      if (feed.older() !== "end" && feed.hasHistory()) feed.showStart();
      else if (first) lines?.toPlace(first);
    },
    toEnd: () => follow(true),
    toTime(at) {
      clearTimeout(timer);
      if (lines?.toTime(at)) return;
      const before = at < (feed.shown()[0]?.at ?? 0);
      if (before ? feed.older() === "end" : feed.attached()) return;
      timer = setTimeout(() => feed.goTo(at), REST);
    },
  });

  return (
    <div class="log-pane" onPointerEnter={() => props.onActive?.()} onFocusIn={() => props.onActive?.()}>
      {props.head}
      <Show when={feed.shown().length > 0 && feed.problem()}>
        {(problem) => (
          <p class="log-note" role="alert">
            {problem()}
          </p>
        )}
      </Show>
      <div class="log-body">
        {/* Stays while another part of the log is read: the reader's focus is in it. */}
        <LogLines
          label={props.label}
          entries={feed.shown()}
          version={feed.version()}
          pattern={feed.pattern()}
          current={matches.current() ?? marked()}
          near={near()}
          onPoint={point}
          times={controls.times()}
          wrap={controls.wrap()}
          origins={props.origins ?? false}
          following={following()}
          attached={feed.attached()}
          onFollowingChange={follow}
          onNear={(end) => void (end === "older" ? feed.loadOlder() : feed.loadNewer())}
          onView={(first, last, moved) => {
            feed.setViewAt(first, moved);
            setView([first, last]);
            if (moved && !following()) props.onMoved?.(first);
          }}
          onLink={props.onLink}
          api={(api) => {
            lines = api;
          }}
        />
        <Show when={feed.shown().length > 0} fallback={<Nothing feed={feed} />}>
          <Show when={feed.older() === "reading" || feed.newer() === "reading"}>
            <span class="log-loading" classList={{ "log-loading-end": feed.newer() === "reading" }} role="status">
              <Show when={feed.reached()} fallback={empty.loading}>
                {(time) => <>{empty.searching(toClock(time(), "local"))}</>}
              </Show>
            </span>
          </Show>
        </Show>
        <Show when={!following() && (feed.shown().length > 0 || !feed.attached())}>
          <button type="button" class="log-pill" onClick={() => follow(true)}>
            <ArrowDown size={13} />
            <Show when={missed() > 0}>{toolbar.newLines(missed())} · </Show>
            {feed.query().until === undefined ? toolbar.toLive : toolbar.toRangeEnd}
          </button>
        </Show>
      </div>
    </div>
  );
}

function Nothing(props: { feed: LogFeed }) {
  const { connectionState } = useLive();
  const status = () => props.feed.status();
  const failed = () => status().status === "failed" && props.feed.older() !== "reading";
  const reading = () => props.feed.older() === "reading" || (props.feed.newer() === "reading" && !failed());
  // There is nothing to scroll: the stored lines are requested at once.
  createEffect(() => {
    if (props.feed.older() === "more") void props.feed.loadOlder();
  });
  const { query } = props.feed;
  const narrowed = () =>
    query().level !== "all" ||
    query().stream !== "all" ||
    query().since !== undefined ||
    query().until !== undefined ||
    (query().only && query().text !== "");
  const display = (): { tone: Tone; title: string; text: string } => {
    const problem = props.feed.problem() || (failed() ? status().message : "");
    if (problem) return { tone: "bad", title: empty.failed, text: problem };
    // Without a response it is unknown whether there are lines.
    if (connectionState() !== "live") {
      return {
        tone: "warn",
        title: empty.notRead,
        text: empty.notReadText,
      };
    }
    if (!narrowed()) {
      return { tone: "neutral", title: empty.nothing, text: empty.nothingText };
    }
    return { tone: "neutral", title: empty.noMatch, text: empty.noMatchText(props.feed.total()) };
  };
  return (
    <div class="log-nothing">
      <Show
        when={!reading()}
        fallback={
          <p class="log-reading" role="status">
            <Show when={props.feed.reached()} fallback={empty.reading}>
              {(time) => <>{empty.searching(toClock(time(), "local"))}</>}
            </Show>
          </p>
        }
      >
        <EmptyState icon={<ScrollText size={18} />} tone={display().tone} title={display().title}>
          {display().text}
        </EmptyState>
      </Show>
    </div>
  );
}
