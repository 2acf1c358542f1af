import { createMemo, Index } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatCpu } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { loadTone } from "../../ui/Meter.tsx";
import { Sparkline } from "../../ui/Sparkline.tsx";
import { chartMessages as texts } from "./messages.ts";
import type { StatsHistory } from "./stats-history.ts";

/** Samples in the sparkline of a core. */
const SHOWN = 40;

/** The usage of each core. */
export function CoresCard(props: { stats: SystemStats; history: StatsHistory }) {
  const recent = createMemo(() => props.history.perCore.slice(-SHOWN));
  return (
    <Card title={texts.cores(props.stats.cpu.count)}>
      <ul class="cores">
        <Index each={props.stats.cpu.perCore}>
          {(usage, core) => (
            <li class="core">
              <span class="faint">{core}</span>
              <Sparkline
                label={texts.core(core, formatCpu(usage()))}
                values={recent().map((sample) => sample[core] ?? 0)}
                max={100}
                span={SHOWN}
                tone={loadTone(usage())}
              />
              <b class="num">{formatCpu(usage())}</b>
            </li>
          )}
        </Index>
      </ul>
    </Card>
  );
}
