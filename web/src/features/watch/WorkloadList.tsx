import { A } from "@solidjs/router";
import Boxes from "lucide-solid/icons/boxes";
import { createMemo, For, Show } from "solid-js";
import { countContainers } from "../../../../shared/health/running.ts";
import type { Watch } from "../../../../shared/protocol/watch.ts";
import { columnBytes, formatCpu, formatDuration, NO_VALUE } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";
import { useDeployments, useMcpServers, useServices } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { resourceMessages } from "../../resource/messages.ts";
import { SelectBox } from "../../resource/SelectBox.tsx";
import { createSelection, type Selection } from "../../resource/selection.ts";
import { CPU_LEAST, TrendLine } from "../../resource/TrendLine.tsx";
import { Status } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { workloadMessages as texts } from "./messages.ts";
import { WorkloadBar } from "./WorkloadBar.tsx";
import { firstOf, toWorkloads, type Workload } from "./workloads.ts";

/** Rows of the list: each has two lines that are drawn. The pages of the kinds list all. */
const MAX_ROWS = 200;

/** Groups of so many rows stay in one column. */
const SHORT_GROUP = 15;

/** Every container, process and MCP server in one dense list, with the last 15 minutes of what it uses. */
export function WorkloadList(props: { watch: Watch | undefined }) {
  const services = useServices();
  const deployments = useDeployments();
  const servers = useMcpServers();
  const session = useSession();
  const now = useNow();
  const groups = createMemo(() =>
    toWorkloads({
      services: services.data?.services ?? [],
      deployments: deployments.data?.deployments ?? [],
      servers: servers.data?.servers ?? [],
      trends: props.watch?.trends,
      now: now(),
    }),
  );
  const total = () => groups().reduce((sum, { items }) => sum + items.length, 0);
  const shown = createMemo(() => firstOf(groups(), MAX_ROWS));
  const byGroup = createMemo(() => new Map(shown().map((group) => [group.id, group])));
  const byId = createMemo(() => new Map(shown().flatMap(({ items }) => items.map((item) => [item.id, item]))));
  const selection = createSelection();
  const selected = createMemo(() =>
    [...byId().values()].filter(({ id }) => selection.has(id)).map(({ target }) => target),
  );
  const isSettled = () => [services, deployments, servers].every(({ isPending }) => !isPending);
  /** Lists that failed, or whose daemon does not respond: what they would show is unknown, not none. */
  const unknown = () =>
    [
      (services.isError || services.data?.engine.state === "down") && texts.unknown.containers,
      (deployments.isError || deployments.data?.daemon.state === "down") && texts.unknown.processes,
      servers.isError && texts.unknown.servers,
    ].filter((text) => typeof text === "string");
  const isLimited = () => session.principal()?.limits.services != null;
  return (
    <Card
      class="workloads"
      title={texts.title}
      actions={
        <Show when={services.data?.engine.state === "up" && countContainers(services.data.services)}>
          {(count) => (
            <span class="faint num workload-total">{texts.containersRunning(count().running, count().total)}</span>
          )}
        </Show>
      }
      flush
    >
      <For each={unknown()}>{(text) => <p class="workload-unknown">{text}</p>}</For>
      <Show when={isSettled() && unknown().length === 0 && total() === 0}>
        <EmptyState icon={<Boxes size={18} />} title={isLimited() ? texts.noneInScope : texts.none}>
          {isLimited() ? undefined : texts.noneHint}
        </EmptyState>
      </Show>
      <Show when={!isSettled() && total() === 0}>
        <Skeleton lines={8} />
      </Show>
      <div class="workload-columns">
        <For each={[...byGroup().keys()]}>
          {(id) => (
            <Show when={byGroup().get(id)}>
              {(group) => (
                <section
                  class="workload-group"
                  data-short={group().items.length <= SHORT_GROUP || undefined}
                  aria-label={visibleName(group().title)}
                >
                  <header class="workload-head">
                    <h3 class="truncate">{visibleName(group().title)}</h3>
                    <span class="faint num workload-count">
                      {texts.running(group().count.running, group().count.total)}
                    </span>
                  </header>
                  <ul>
                    <For each={group().items.map((item) => item.id)}>
                      {(item) => (
                        <Show when={byId().get(item)}>
                          {(workload) => (
                            <Row
                              workload={workload()}
                              watch={props.watch}
                              now={now()}
                              selection={selection}
                              order={() => [...byId().keys()]}
                            />
                          )}
                        </Show>
                      )}
                    </For>
                  </ul>
                </section>
              )}
            </Show>
          )}
        </For>
      </div>
      <Show when={total() > MAX_ROWS}>
        <p class="workload-more">
          <A href="/services">{texts.more(total() - MAX_ROWS)}</A>
        </p>
      </Show>
      <WorkloadBar targets={selected()} onClear={selection.clear} />
    </Card>
  );
}

interface RowProps {
  workload: Workload;
  watch: Watch | undefined;
  now: number;
  selection: Selection;
  /** Ids of all rows as they are shown. */
  order: () => readonly string[];
}

function Row(props: RowProps) {
  const name = () => visibleName(props.workload.name);
  return (
    <li class="workload-row" data-list-row="" data-selected={props.selection.has(props.workload.id) || undefined}>
      <SelectBox
        label={resourceMessages.select(name())}
        checked={props.selection.has(props.workload.id)}
        onChoose={(isSelected, extend) =>
          props.selection.choose(props.workload.id, isSelected, extend ? props.order() : undefined)
        }
      />
      <A class="workload" href={props.workload.href}>
        <span class="workload-name truncate">{name()}</span>
        <span class="workload-state">
          <Status tone={props.workload.display.tone} pulse={props.workload.display.pulse}>
            {props.workload.display.text}
          </Status>
        </span>
        <span class="workload-line">
          <TrendLine
            label={texts.cpuOf(name())}
            trends={props.watch?.trends}
            values={props.workload.trend?.cpu}
            least={CPU_LEAST}
          />
        </span>
        <span class="num workload-figure" title={texts.cpu}>
          {props.workload.cpu === undefined ? NO_VALUE : formatCpu(props.workload.cpu)}
        </span>
        <span class="workload-line workload-memory">
          <TrendLine
            label={texts.memoryOf(name())}
            trends={props.watch?.trends}
            values={props.workload.trend?.memory}
            tone="info"
          />
        </span>
        <span class="num workload-figure" title={texts.memory}>
          {props.workload.memory === undefined ? NO_VALUE : columnBytes(props.workload.memory)}
        </span>
        <span class="num workload-restarts faint">
          <Show when={props.workload.restarts}>{(count) => <>{texts.restartsOf(count())}</>}</Show>
        </span>
        <span class="num workload-uptime faint" title={texts.uptime}>
          <Show when={props.workload.since} fallback={NO_VALUE}>
            {(since) => <>{formatDuration(Math.max(0, (props.now - since()) / 1_000))}</>}
          </Show>
        </span>
      </A>
    </li>
  );
}
