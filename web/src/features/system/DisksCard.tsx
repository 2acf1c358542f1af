import { Index, Show } from "solid-js";
import type { DiskStats, UnknownDisk } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatPercent } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { EmptyState } from "../../ui/Notice.tsx";

export function DisksCard(props: { disks: readonly DiskStats[]; unknown: readonly UnknownDisk[] }) {
  return (
    <Card title="Disks">
      <Show when={props.disks.length + props.unknown.length > 0} fallback={<EmptyState title="No disks to show" />}>
        <ul class="disks">
          <Index each={props.disks}>
            {(disk) => (
              <li class="disk">
                <div class="disk-head">
                  <span class="mono truncate" title={`${disk().device} (${disk().type})`}>
                    {disk().mount}
                  </span>
                  <span class="faint num disk-size">
                    {formatBytes(disk().available)} free of {formatBytes(disk().total)}
                  </span>
                  <b class="num">{formatPercent(disk().usagePercent)}</b>
                </div>
                <Meter label={`${disk().mount} used`} value={disk().usagePercent} />
              </li>
            )}
          </Index>
          <Index each={props.unknown}>
            {(disk) => (
              <li class="disk">
                <div class="disk-head">
                  <span class="mono truncate" title={`${disk().device} (${disk().type})`}>
                    {disk().mount}
                  </span>
                  <span class="faint">Not known</span>
                </div>
                <span class="faint">{disk().reason}</span>
              </li>
            )}
          </Index>
        </ul>
      </Show>
    </Card>
  );
}
