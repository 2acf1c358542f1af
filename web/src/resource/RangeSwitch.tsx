import X from "lucide-solid/icons/x";
import { Show } from "solid-js";
import { chartRanges } from "../lib/history-range.ts";
import { rangeText } from "../lib/time-range.ts";
import type { TimeView } from "../lib/time-view.ts";
import { IconButton, Segmented } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";

/** The period of a page's charts: one that ends now, or what was selected in one of them, with the way back. */
export function RangeSwitch(props: { view: TimeView }) {
  const range = () => props.view.range();
  const value = () => (range().until === undefined ? (range().since ?? "5m") : "");
  const isListed = () => chartRanges.some((choice) => choice.value === value());
  return (
    <div class="range-switch">
      <Show when={!isListed()}>
        <span class="range-selected">
          {rangeText(range())}
          <IconButton
            size="sm"
            label={resourceMessages.backToLive}
            icon={<X size={13} />}
            onClick={() => props.view.setRange({})}
          />
        </span>
      </Show>
      <Segmented
        label={resourceMessages.range}
        options={chartRanges}
        value={value() as (typeof chartRanges)[number]["value"]}
        onChange={(since) => props.view.setRange(since === "5m" ? {} : { since })}
      />
    </div>
  );
}
