import { Index, type JSX, Show } from "solid-js";
import type { DiskStats, UnknownDisk } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatPercent } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { EmptyState } from "../../ui/Notice.tsx";
import { diskMessages as texts } from "./messages.ts";

/** Used and free space of each disk; for a disk that does not respond, the reason. */
export function DisksCard(props: { disks: readonly DiskStats[]; unknown: readonly UnknownDisk[] }) {
  return (
    <Card title={texts.title}>
      <Show when={props.disks.length + props.unknown.length > 0} fallback={<EmptyState title={texts.none} />}>
        <ul class="disks">
          <Index each={props.disks}>
            {(disk) => (
              <li class="disk">
                <DiskHead disk={disk()}>
                  <span class="faint num disk-size">{usageOf(disk())}</span>
                  <b class="num">{formatPercent(disk().usagePercent)}</b>
                </DiskHead>
                <Meter label={texts.used(disk().mount)} value={disk().usagePercent} />
              </li>
            )}
          </Index>
          <Index each={props.unknown}>
            {(disk) => (
              <li class="disk">
                <DiskHead disk={disk()}>
                  <span class="faint">{texts.unknown}</span>
                </DiskHead>
                <span class="faint">{disk().reason}</span>
              </li>
            )}
          </Index>
        </ul>
      </Show>
    </Card>
  );
}

function usageOf({ used, available, total }: DiskStats): string {
  const reserved = Math.max(0, total - used - available);
  // File systems round, and some count a little less than they have.
  return texts.usage(formatBytes(used), formatBytes(available), reserved > total / 100 ? formatBytes(reserved) : "");
}

function DiskHead(props: { disk: Pick<DiskStats, "device" | "type" | "mount">; children: JSX.Element }) {
  return (
    <div class="disk-head">
      <span class="mono truncate" title={`${props.disk.device} (${props.disk.type})`}>
        {props.disk.mount}
      </span>
      {props.children}
    </div>
  );
}
