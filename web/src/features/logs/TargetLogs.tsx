import { createEffect, on, Show } from "solid-js";
import { isSameRange } from "../../lib/time-range.ts";
import type { TimeView } from "../../lib/time-view.ts";
import { createAddressedControls } from "./addressed-controls.ts";
import { LogPageLinks } from "./BesideButton.tsx";
import { ContainerLogs } from "./ContainerLogs.tsx";
import { formatLogAddress } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import type { LogControls } from "./view/log-controls.ts";

export interface TargetLogsProps extends LogTargets {
  /** What the log is of. */
  name: string;
  time: TimeView;
}

/** The log of one container or deployment, as a part of its pane; it continues when a new container takes over the name. */
export function TargetLogs(props: TargetLogsProps) {
  return (
    <Show when={[...props.containers, ...props.processes].join("\n")} keyed>
      {(_key) => {
        const controls = createAddressedControls(props.time.range());
        joinRanges(controls, props.time);
        const shown = { containers: [...props.containers], processes: [...props.processes] };
        const href = () =>
          `/logs${formatLogAddress({ ...shown, layout: "merged", query: controls.query(), line: undefined }, { only: true })}`;
        return (
          <ContainerLogs
            label={`Log of ${props.name}`}
            containers={shown.containers}
            processes={shown.processes}
            controls={controls}
            tools={<LogPageLinks shown={shown} href={href()} />}
          />
        );
      }}
    </Show>
  );
}

/** Keeps the range of a log and that of the page the same, whichever of them changes. */
function joinRanges(controls: LogControls, time: TimeView): void {
  createEffect(
    on(
      time.range,
      ({ since, until }) => {
        if (isSameRange(controls.query(), { since, until })) return;
        controls.change({ since, until });
        // Back from a period in the past: the log is live again, after it has taken the other range.
        if (since === undefined && until === undefined) queueMicrotask(() => controls.setFollowing(true));
      },
      { defer: true },
    ),
  );
  createEffect(
    on(
      controls.query,
      ({ since, until }) => {
        if (!isSameRange(time.range(), { since, until })) time.setRange({ since, until });
      },
      { defer: true },
    ),
  );
}
