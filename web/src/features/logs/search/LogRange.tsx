import CalendarClock from "lucide-solid/icons/calendar-clock";
import X from "lucide-solid/icons/x";
import { createSignal, Show } from "solid-js";
import { quickRanges, rangeText, toIso } from "../../../lib/time-range.ts";
import { Button, Dialog, IconButton, Menu, TextField } from "../../../ui/index.ts";
import { logLabels, toolbar } from "../messages.ts";
import type { LogControls } from "../view/log-controls.ts";
import { fromFieldValue, toFieldValue } from "./log-range.ts";

/** From when until when: quick ranges, and any other. */
export function LogRange(props: { controls: LogControls; onLive: () => void }) {
  const { controls } = props;
  const [choosing, setChoosing] = createSignal(false);
  const choose = (since: string | undefined) => controls.change({ since, until: undefined });
  const text = () => rangeText(controls.query());
  return (
    <>
      <Menu
        label={`${logLabels.timeRange}: ${text()}`}
        size="sm"
        trigger={
          <>
            <CalendarClock size={13} />
            {text()}
          </>
        }
        items={[
          { label: logLabels.anyTime, onSelect: () => choose(undefined) },
          "separator",
          ...quickRanges.map(({ label, since }) => ({ label, onSelect: () => choose(since) })),
          "separator",
          { label: logLabels.fromUntil, onSelect: () => setChoosing(true) },
        ]}
      />
      <Show when={controls.query().since !== undefined || controls.query().until !== undefined}>
        <IconButton size="sm" label={toolbar.backToLive} icon={<X size={13} />} onClick={props.onLive} />
      </Show>
      <Show when={choosing()}>
        <RangeDialog controls={controls} onClose={() => setChoosing(false)} />
      </Show>
    </>
  );
}

function RangeDialog(props: { controls: LogControls; onClose: () => void }) {
  const [since, setSince] = createSignal(toFieldValue(toIso(props.controls.query().since)));
  const [until, setUntil] = createSignal(toFieldValue(props.controls.query().until));
  const wrong = () => {
    const [from, to] = [fromFieldValue(since()), fromFieldValue(until())];
    return from !== undefined && to !== undefined && from >= to ? "The end is before the beginning." : null;
  };
  const apply = () => {
    if (wrong()) return;
    props.controls.change({ since: fromFieldValue(since()), until: fromFieldValue(until()) });
    props.onClose();
  };
  return (
    <Dialog
      open
      title={logLabels.timeRange}
      onClose={props.onClose}
      footer={
        <>
          <Button variant="ghost" onClick={props.onClose}>
            {logLabels.cancel}
          </Button>
          <Button variant="primary" disabled={wrong() !== null} onClick={apply}>
            {logLabels.show}
          </Button>
        </>
      }
    >
      <div class="log-range-fields">
        <TextField
          label={logLabels.from}
          type="datetime-local"
          value={since()}
          onInput={setSince}
          hint={logLabels.fromHint}
        />
        <TextField
          label={logLabels.until}
          type="datetime-local"
          value={until()}
          onInput={setUntil}
          error={wrong()}
          hint={logLabels.untilHint}
        />
      </div>
    </Dialog>
  );
}
