import ChevronRight from "lucide-solid/icons/chevron-right";
import { createMemo, For, Match, Show, Switch } from "solid-js";
import { type MarkedSegment, markMatches, toSegments } from "./ansi-segments.ts";
import { type JsonLine, parseJsonLine } from "./json-line.ts";
import type { LogEntry, LogLine, LogNotice } from "./log-entry.ts";
import { plainText } from "./terminal-text.ts";

export interface LogRowProps {
  entry: LogEntry;
  search: string;
  /** The match that next and previous stand at. */
  current: boolean;
  times: boolean;
  open: boolean;
  onToggle: (id: number) => void;
}

/** Characters of a folded line that are drawn: a megabyte in one row would hold the page. */
const FOLDED_MAX = 4_000;
const OPEN_MAX = 1_100_000;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

function toClock(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? "" : clock.format(time);
}

export function LogRow(props: LogRowProps) {
  const line = () => (props.entry.kind === "line" ? props.entry : undefined);
  const notice = () => (props.entry.kind === "notice" ? props.entry : undefined);
  return (
    <Switch>
      <Match when={line()}>{(entry) => <Line {...props} line={entry()} />}</Match>
      <Match when={notice()}>{(entry) => <Notice notice={entry()} times={props.times} />}</Match>
    </Switch>
  );
}

function Notice(props: { notice: LogNotice; times: boolean }) {
  return (
    <div class={`log-notice log-notice-${props.notice.tone}`}>
      <span>
        {props.notice.text}
        <Show when={props.times}> · {toClock(props.notice.time)}</Show>
      </span>
    </div>
  );
}

function Line(props: LogRowProps & { line: LogLine }) {
  const json = createMemo(() => parseJsonLine(plainText(props.line.text)));
  const long = () => props.line.text.length > FOLDED_MAX;
  const folded = () => (long() ? props.line.text.slice(0, FOLDED_MAX) : props.line.text);
  const segments = createMemo(() => markMatches(toSegments(folded()), props.search));
  const found = () => segments().some((segment) => segment.match);
  /** A folded JSON line leaves out what a search may have found in it. */
  const asJson = () => (found() ? undefined : json());
  return (
    <div
      class={`log-line log-${props.line.stream} log-level-${props.line.level}`}
      classList={{ "log-current": props.current }}
    >
      <Show when={props.times}>
        <time
          class="log-time"
          classList={{ "log-time-rough": !props.line.exact }}
          dateTime={props.line.time}
          title={props.line.exact ? props.line.time : `At or before ${props.line.time}`}
        >
          {toClock(props.line.time)}
        </time>
      </Show>
      <Show when={props.line.instance !== undefined}>
        <span class="log-instance" title={`Process ${props.line.instance}`}>
          {props.line.instance}
        </span>
      </Show>
      <Show when={json() || long()} fallback={<span class="log-fold" />}>
        <button
          type="button"
          class="log-fold"
          aria-expanded={props.open}
          aria-label={props.open ? "Fold line" : "Unfold line"}
          onClick={() => props.onToggle(props.line.id)}
        >
          <ChevronRight size={12} />
        </button>
      </Show>
      <span class="log-text">
        <Show when={props.line.stream === "stderr"}>
          <span class="visually-hidden">stderr </span>
        </Show>
        <Show when={asJson()} fallback={<Segments segments={segments()} />}>
          {(value) => <Summary line={props.line} json={value()} />}
        </Show>
        <Show when={long() && !props.open}>
          <span class="log-more">… {(props.line.text.length - FOLDED_MAX).toLocaleString()} more characters</span>
        </Show>
        <Show when={props.open}>
          <pre class="log-pretty">{json()?.pretty ?? plainText(props.line.text).slice(0, OPEN_MAX)}</pre>
        </Show>
      </span>
    </div>
  );
}

function Summary(props: { line: LogLine; json: JsonLine }) {
  return (
    <>
      <Show when={props.line.level !== "none"}>
        <span class="log-word">{props.line.level.toUpperCase()}</span>{" "}
      </Show>
      <Show when={props.json.message !== null}>
        <span>{props.json.message}</span>{" "}
      </Show>
      <For each={props.json.fields}>
        {([name, value]) => (
          <>
            <span class="log-key">{name}=</span>
            <span class="log-value">{value}</span>{" "}
          </>
        )}
      </For>
    </>
  );
}

function Segments(props: { segments: readonly MarkedSegment[] }) {
  const plain = () => {
    const [only, second] = props.segments;
    return only && !second && !only.className && !only.color && !only.background && !only.match ? only.text : undefined;
  };
  return (
    <Show when={plain() === undefined} fallback={plain()}>
      <For each={props.segments}>
        {(segment) => (
          <Show when={segment.match} fallback={<Piece segment={segment} />}>
            <mark class="log-match">{segment.text}</mark>
          </Show>
        )}
      </For>
    </Show>
  );
}

function Piece(props: { segment: MarkedSegment }) {
  return (
    <span
      class={props.segment.className || undefined}
      style={{ color: props.segment.color, "background-color": props.segment.background }}
    >
      {props.segment.text}
    </span>
  );
}
