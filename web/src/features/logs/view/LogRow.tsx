import ChevronRight from "lucide-solid/icons/chevron-right";
import { createMemo, For, Match, Show, Switch } from "solid-js";
import { formatAgo, formatCount } from "../../../lib/format.ts";
import { plainText, visibleName } from "../../../lib/terminal-text.ts";
import type { LogEntry, LogLine, LogNotice } from "../live/log-entry.ts";
import { originStyle } from "../live/origin-colours.ts";
import type { LinePattern } from "../search/line-pattern.ts";
import { type MarkedSegment, markMatches, toSegments } from "./ansi-segments.ts";
import { type JsonLine, parseJsonLine } from "./json-line.ts";
import { currentSecond, type TimeMode, toClock } from "./line-time.ts";

export interface LogRowProps {
  entry: LogEntry;
  pattern: LinePattern | undefined;
  /** The match that next and previous stand at, or the line of a link. */
  current: boolean;
  times: TimeMode;
  /** The feed has several containers: each line names its own. */
  origins: boolean;
  open: boolean;
  onToggle: (id: number) => void;
  /** Copies a link to the line. */
  onLink: ((line: LogLine) => void) | undefined;
}

/** Characters of a folded line that are drawn: a megabyte in one row would hold the page. */
const FOLDED_MAX = 4_000;
const OPEN_MAX = 1_100_000;

export function LogRow(props: LogRowProps) {
  const line = () => (props.entry.kind === "line" ? props.entry : undefined);
  const notice = () => (props.entry.kind === "notice" ? props.entry : undefined);
  return (
    <Switch>
      <Match when={line()}>{(entry) => <Line {...props} line={entry()} />}</Match>
      <Match when={notice()}>
        {(entry) => <Notice notice={entry()} times={props.times} origins={props.origins} />}
      </Match>
    </Switch>
  );
}

function Notice(props: { notice: LogNotice; times: TimeMode; origins: boolean }) {
  return (
    <div class={`log-notice log-notice-${props.notice.tone}`}>
      <span>
        <Show when={props.origins && props.notice.origin}>{(origin) => <>{visibleName(origin().name)}: </>}</Show>
        {props.notice.text}
        <Show when={props.times !== "off" && props.notice.time}>
          {(time) => (
            <>
              {" · "}
              <Time iso={time()} mode={props.times} />
            </>
          )}
        </Show>
      </span>
    </div>
  );
}

function Line(props: LogRowProps & { line: LogLine }) {
  const json = createMemo(() => parseJsonLine(plainText(props.line.text)));
  const long = () => props.line.text.length > FOLDED_MAX;
  const folded = () => (long() ? props.line.text.slice(0, FOLDED_MAX) : props.line.text);
  const segments = createMemo(() => markMatches(toSegments(folded()), props.pattern));
  const found = () => segments().some((segment) => segment.match);
  /** A folded JSON line leaves out what a search may have found in it. */
  const asJson = () => (found() ? undefined : json());
  return (
    <div
      class={`log-line log-${props.line.stream} log-level-${props.line.level}`}
      classList={{ "log-current": props.current }}
    >
      <LineTime line={props.line} times={props.times} onLink={props.onLink} />
      <Show when={props.origins && props.line.origin}>
        {(origin) => (
          <span class="log-origin" style={originStyle(origin().colour)} title={visibleName(origin().name)}>
            {shortName(visibleName(origin().name))}
          </span>
        )}
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
          <span class="log-err" title="stderr">
            err
          </span>
        </Show>
        <Show when={asJson()} fallback={<Segments segments={segments()} />}>
          {(value) => <Summary line={props.line} json={value()} />}
        </Show>
        <Show when={long() && !props.open}>
          <span class="log-more">… {formatCount(props.line.text.length - FOLDED_MAX)} more characters</span>
        </Show>
        <Show when={props.open}>
          <pre class="log-pretty">{json()?.pretty ?? plainText(props.line.text).slice(0, OPEN_MAX)}</pre>
        </Show>
      </span>
    </div>
  );
}

/** Names of one project begin alike and differ at their ends. */
const NAME_MAX = 16;
const shortName = (name: string) => (name.length > NAME_MAX ? `${name.slice(0, 4)}…${name.slice(4 - NAME_MAX)}` : name);

/** The time of a line; a press on it copies the line's address. */
function LineTime(props: Pick<LogRowProps, "times" | "onLink"> & { line: LogLine }) {
  const label = () => `${props.line.exact ? props.line.time : `At or before ${props.line.time}`}`;
  const rough = () => !props.line.exact && props.times !== "off";
  return (
    <Show
      when={props.onLink}
      fallback={
        <Show when={props.times !== "off"}>
          <time class="log-time" classList={{ "log-time-rough": rough() }} dateTime={props.line.time} title={label()}>
            <Time iso={props.line.time} mode={props.times} />
          </time>
        </Show>
      }
    >
      {(onLink) => (
        <button
          type="button"
          tabIndex={-1}
          class="log-time"
          classList={{ "log-time-rough": rough(), "log-time-off": props.times === "off" }}
          title={`${label()}. Copy a link to this line`}
          onClick={() => onLink()(props.line)}
        >
          <Show when={props.times !== "off"} fallback="#">
            <Time iso={props.line.time} mode={props.times} />
          </Show>
        </button>
      )}
    </Show>
  );
}

function Time(props: { iso: string; mode: TimeMode }) {
  return (
    <>
      {props.mode === "relative"
        ? formatAgo(props.iso, currentSecond.now())
        : toClock(props.iso, props.mode === "utc" ? "utc" : "local")}
    </>
  );
}

function Summary(props: { line: LogLine; json: JsonLine }) {
  return (
    <>
      <Show when={props.line.level !== "unknown"}>
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
