import Download from "lucide-solid/icons/download";
import Ellipsis from "lucide-solid/icons/ellipsis";
import Eraser from "lucide-solid/icons/eraser";
import Keyboard from "lucide-solid/icons/keyboard";
import Pause from "lucide-solid/icons/pause";
import Play from "lucide-solid/icons/play";
import WrapText from "lucide-solid/icons/text-wrap";
import { createSignal, type JSX, Show } from "solid-js";
import { setKeySheetOpen } from "../../../lib/keys/key-sheet.ts";
import { useLive } from "../../../lib/live-context.ts";
import { CopyButton, IconButton, Select, Status, Toolbar, ToolbarGap } from "../../../ui/index.ts";
import { status as statusText, toolbar } from "../messages.ts";
import { LogSearch } from "../search/LogSearch.tsx";
import { levelChoices } from "../search/log-level-choice.ts";
import type { StreamChoice } from "../search/log-query.ts";
import type { LogPaneApi } from "./LogPane.tsx";
import { timeChoices } from "./line-time.ts";
import type { LogControls } from "./log-controls.ts";
import { toPlainLog } from "./log-export.ts";

const streamChoices: readonly { value: StreamChoice; label: string }[] = [
  { value: "all", label: toolbar.allOutput },
  { value: "stdout", label: "stdout" },
  { value: "stderr", label: "stderr" },
];

export interface LogToolbarProps {
  label: string;
  controls: LogControls;
  /** The focused pane: copy, clear and the state refer to it. */
  pane: LogPaneApi | undefined;
  onDownload: () => void;
  downloadLabel?: string;
  onClear: () => void;
  /** Further filters, and further switches. */
  filters?: JSX.Element;
  tools?: JSX.Element;
}

/** Everything that is chosen for a log, in one row where there is room. */
export function LogToolbar(props: LogToolbarProps) {
  const { controls } = props;
  const shown = () => props.pane?.feed.shown() ?? [];
  const following = () => controls.following() && (props.pane?.feed.attached() ?? true);
  return (
    <Toolbar pane label={props.label}>
      <LogSearch controls={controls} pane={props.pane} />
      <Select
        label={toolbar.level}
        labelHidden
        size="sm"
        value={controls.query().level}
        options={levelChoices}
        onChange={(level) => controls.change({ level })}
      />
      {props.filters}
      <ToolbarGap />
      <Show when={props.pane}>{(pane) => <LogState pane={pane()} />}</Show>
      <IconButton
        size="sm"
        label={following() ? toolbar.pause : toolbar.follow}
        keyName="logFollow"
        icon={following() ? <Pause size={14} /> : <Play size={14} />}
        onClick={() => (following() ? controls.setFollowing(false) : props.pane?.toEnd())}
      />
      <MoreTools>
        <Select
          label={toolbar.stream}
          labelHidden
          size="sm"
          value={controls.query().stream}
          options={streamChoices}
          onChange={(stream) => controls.change({ stream })}
        />
        <Select
          label={toolbar.times}
          labelHidden
          size="sm"
          value={controls.times()}
          options={timeChoices}
          onChange={controls.setTimes}
        />
        <div class="log-tools">
          <IconButton
            size="sm"
            label={toolbar.wrap}
            keyName="logWrap"
            aria-pressed={controls.wrap()}
            icon={<WrapText size={14} />}
            onClick={() => controls.setWrap(!controls.wrap())}
          />
          {props.tools}
          <CopyButton label={toolbar.copy} text={toPlainLog(shown(), controls.times() !== "off")} />
          <IconButton
            size="sm"
            label={props.downloadLabel ?? toolbar.download}
            icon={<Download size={14} />}
            onClick={props.onDownload}
          />
          <IconButton size="sm" label={toolbar.clear} icon={<Eraser size={14} />} onClick={props.onClear} />
          <IconButton
            size="sm"
            label={toolbar.keys}
            keyName="keys"
            icon={<Keyboard size={14} />}
            onClick={() => setKeySheetOpen(true)}
          />
        </div>
      </MoreTools>
    </Toolbar>
  );
}

/** Tools that are used now and then: in the row where there is room, else behind a button. */
function MoreTools(props: { children: JSX.Element }) {
  const [open, setOpen] = createSignal(false);
  let group: HTMLDivElement | undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus of the controls inside.
    <div
      class="log-more"
      ref={group}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open()) return;
        event.stopPropagation();
        setOpen(false);
        group?.querySelector("button")?.focus();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !group?.contains(to)) setOpen(false);
      }}
    >
      <span class="log-more-button">
        <IconButton
          size="sm"
          label={toolbar.more}
          aria-expanded={open()}
          icon={<Ellipsis size={14} />}
          onClick={() => setOpen(!open())}
        />
      </span>
      <div class="log-more-tools" classList={{ "log-more-open": open() }}>
        {props.children}
      </div>
    </div>
  );
}

function LogState(props: { pane: LogPaneApi }) {
  const { connectionState } = useLive();
  const shown = (): { tone: "ok" | "warn" | "bad" | "neutral"; pulse?: boolean; text: string } => {
    const { feed } = props.pane;
    if (!feed.attached()) return { tone: "neutral", text: statusText.past };
    if (connectionState() === "silent") return { tone: "warn", pulse: true, text: statusText.silent };
    if (connectionState() === "reconnecting") return { tone: "warn", pulse: true, text: statusText.reconnecting };
    const { status, message } = feed.status();
    switch (status) {
      case "live":
        return connectionState() === "live"
          ? { tone: "ok", text: statusText.live }
          : { tone: "neutral", pulse: true, text: statusText.connecting };
      case "reattaching":
        return { tone: "warn", pulse: true, text: statusText.reattaching };
      case "closed":
        return { tone: "neutral", text: message };
      case "failed":
        return { tone: "bad", text: statusText.failed };
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
