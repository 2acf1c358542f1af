import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import Boxes from "lucide-solid/icons/boxes";
import { createMemo, createSignal, For, onCleanup, onMount, Show, untrack } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { formatBytes, formatPercent, formatRate } from "../../lib/format.ts";
import { servicesWS } from "../../lib/ws-client.ts";
import { Sparkline, Status } from "../../ui/index.ts";
import { AlertBadge } from "../alerts/AlertBadge.tsx";
import { visibleName } from "../logs/terminal-text.ts";
import { UpdateBadge } from "../updates/UpdateBadge.tsx";
import { createContainerStats, type SubscribeStats } from "./container-stats.ts";
import { ServiceActions } from "./ServiceActions.tsx";
import type { ServiceColumns } from "./service-columns.ts";
import type { ServiceDeeds } from "./service-deeds.ts";
import { imageText, portTexts, type ServiceGroup, type ServiceOrder } from "./service-list.ts";
import type { ServiceMarks } from "./service-marks.ts";
import { deedWords, lookOf } from "./service-state.ts";
import { createVisibleRows } from "./visible-rows.ts";

export interface Sorting {
  order: ServiceOrder;
  descending: boolean;
}

export interface ServiceTableProps {
  groups: readonly ServiceGroup[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  selected: string | null;
  onOpen: (service: Service) => void;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  /** Something is open beside the table: names only. */
  narrow: boolean;
  /** Rows that are marked for doing something with all of them; absent for those who may only look. */
  marks?: ServiceMarks;
  columns: ServiceColumns;
}

/** Live samples of so many rows at a time; the open container and the rest of the page need subscriptions too. */
const LIVE_ROWS = 16;
const SPARK_SAMPLES = 40;

export function ServiceTable(props: ServiceTableProps) {
  const visible = createVisibleRows(LIVE_ROWS);
  onCleanup(visible.dispose);
  // Rows are kept by id: the list is replaced on every change, and a row must not lose its place or its history.
  const byProject = createMemo(() => new Map(props.groups.map((group) => [group.project, group])));
  const projects = createMemo(() => [...byProject().keys()]);
  const byId = createMemo(
    () => new Map(props.groups.flatMap((group) => group.services.map((service) => [service.id, service] as const))),
  );
  const span = () =>
    props.narrow ? 1 : 7 + [props.marks, props.columns.network(), props.columns.disk()].filter(Boolean).length;
  return (
    <div class="table-wrap">
      <table class="table services-table" aria-label="Containers">
        <thead>
          <tr>
            <Show when={!props.narrow && props.marks}>
              {(marks) => (
                <th scope="col" class="cell-check">
                  <input
                    type="checkbox"
                    aria-label="Mark all"
                    checked={marks().all([...byId().keys()])}
                    onChange={(event) => marks().set([...byId().keys()], event.currentTarget.checked)}
                  />
                </th>
              )}
            </Show>
            <Heading id="name" title="Name" {...props} />
            <Show when={!props.narrow}>
              <Heading id="state" title="State" {...props} />
              <Heading id="image" title="Image" class="cell-wide" {...props} />
              <th scope="col" class="cell-wide">
                Ports
              </th>
              <th scope="col" class="cell-middle">
                CPU
              </th>
              <th scope="col" class="cell-middle cell-end">
                Memory
              </th>
              <Show when={props.columns.network()}>
                <th scope="col" class="cell-middle cell-end">
                  Network
                </th>
              </Show>
              <Show when={props.columns.disk()}>
                <th scope="col" class="cell-middle cell-end">
                  Disk
                </th>
              </Show>
              <th scope="col" class="cell-tight">
                <span class="visually-hidden">Actions</span>
              </th>
            </Show>
          </tr>
        </thead>
        <For each={projects()}>
          {(project) => (
            <Show when={byProject().get(project)}>
              {(group) => (
                <tbody>
                  <Show when={props.groups.length > 1 || project !== null}>
                    <GroupRow group={group()} columns={span()} />
                  </Show>
                  <For each={group().services.map(({ id }) => id)}>
                    {(id) => (
                      <Show when={byId().get(id)}>
                        {(service) => <Row {...props} service={service()} visible={visible} />}
                      </Show>
                    )}
                  </For>
                </tbody>
              )}
            </Show>
          )}
        </For>
      </table>
    </div>
  );
}

function GroupRow(props: { group: ServiceGroup; columns: number }) {
  return (
    <tr class="group-row">
      <th colSpan={props.columns} scope="rowgroup">
        <span class="row">
          <Boxes size={13} />
          <span class="truncate">
            {props.group.project === null ? "Without a project" : visibleName(props.group.project)}
          </span>
          <span class="count">
            {props.group.running}/{props.group.services.length} running
          </span>
        </span>
      </th>
    </tr>
  );
}

function Heading(
  props: Pick<ServiceTableProps, "sorting" | "onSort"> & { id: ServiceOrder; title: string; class?: string },
) {
  const active = () => props.sorting.order === props.id;
  return (
    <th
      scope="col"
      class={props.class}
      aria-sort={active() ? (props.sorting.descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        onClick={() => props.onSort({ order: props.id, descending: active() ? !props.sorting.descending : false })}
      >
        {props.title}
        <Show when={active()}>
          <Show when={props.sorting.descending} fallback={<ArrowUp size={11} />}>
            <ArrowDown size={11} />
          </Show>
        </Show>
      </button>
    </th>
  );
}

function Row(props: ServiceTableProps & { service: Service; visible: ReturnType<typeof createVisibleRows> }) {
  const [row, setRow] = createSignal<HTMLTableRowElement>();
  onMount(() => {
    const element = row();
    if (element) onCleanup(props.visible.watch(element));
  });
  const look = () => lookOf(props.service);
  const pending = () => props.deeds.pending(props.service);
  const open = (event: Event) => {
    if (event.target instanceof Element && event.target.closest("button, a, input")) return;
    props.onOpen(props.service);
  };
  return (
    <tr
      ref={setRow}
      data-row={props.service.id}
      data-open=""
      tabIndex={0}
      aria-current={props.selected === props.service.name ? "true" : undefined}
      onClick={open}
      onKeyDown={(event) => {
        if ((event.key !== "Enter" && event.key !== " ") || event.target !== event.currentTarget) return;
        event.preventDefault();
        open(event);
      }}
    >
      <Show when={!props.narrow && props.marks}>
        {(marks) => (
          <td class="cell-check">
            <input
              type="checkbox"
              aria-label={`Mark ${props.service.name}`}
              checked={marks().has(props.service.id)}
              onChange={(event) => marks().set([props.service.id], event.currentTarget.checked)}
            />
          </td>
        )}
      </Show>
      <td class="cell-name">
        <Show
          when={props.narrow}
          fallback={
            <>
              <div class="row">
                <span class="truncate service-name">{visibleName(props.service.name)}</span>
                <UpdateBadge service={props.service.name} />
                <AlertBadge kind="container" name={props.service.name} />
              </div>
              <div class="truncate faint service-note">
                {props.service.status}
                <Show when={props.service.restartCount}>
                  {(count) => (
                    <span title="Restarts by the Engine">{` · ${count()} ${count() === 1 ? "restart" : "restarts"}`}</span>
                  )}
                </Show>
              </div>
            </>
          }
        >
          <Status tone={pending() ? "info" : look().tone} pulse={look().pulse || pending() !== undefined}>
            {visibleName(props.service.name)}
          </Status>
        </Show>
      </td>
      <Show when={!props.narrow}>
        <td>
          <Status tone={pending() ? "info" : look().tone} pulse={look().pulse || pending() !== undefined}>
            {pending() ? deedWords[pending() ?? "stop"].doing : look().text}
          </Status>
        </td>
        <td class="cell-wide cell-clip" title={props.service.image}>
          {visibleName(imageText(props.service.image))}
        </td>
        <td class="cell-wide">
          <Ports service={props.service} />
        </td>
        <Live service={props.service} on={props.visible.has(props.service.id)} columns={props.columns} />
        <td class="cell-tight">
          <ServiceActions service={props.service} deeds={props.deeds} onRemove={props.onRemove} />
        </td>
      </Show>
    </tr>
  );
}

const PORTS_SHOWN = 2;

function Ports(props: { service: Service }) {
  const texts = () => portTexts(props.service.ports);
  return (
    <Show when={texts().length > 0} fallback={<span class="faint">–</span>}>
      <span class="ports num" title={texts().join(", ")}>
        {texts().slice(0, PORTS_SHOWN).join(", ")}
        <Show when={texts().length > PORTS_SHOWN}>
          <span class="faint"> +{texts().length - PORTS_SHOWN}</span>
        </Show>
      </span>
    </Show>
  );
}

/** Cells of figures, live while the row is on the screen. */
function Live(props: { service: Service; on: boolean; columns: ServiceColumns }) {
  // The list is replaced on every change: only another container, or another state, is worth a new subscription.
  const key = createMemo(() =>
    props.on && props.service.state === "running" ? JSON.stringify([props.service.id, props.service.name]) : "",
  );
  const source = createMemo((): SubscribeStats | undefined => {
    if (key() === "") return undefined;
    const { id, name } = untrack(() => props.service);
    return (onStats) => servicesWS.subscribeStats(id, name, onStats);
  });
  const samples = createContainerStats(source, SPARK_SAMPLES);
  const last = () => samples().at(-1);
  return (
    <>
      <td class="cell-middle cell-spark">
        <Show when={last()} fallback={<span class="faint">–</span>}>
          {(sample) => (
            <span class="spark">
              <Sparkline
                label={`CPU of ${props.service.name}`}
                values={samples().map(({ cpuPercent }) => cpuPercent)}
                max={Math.max(10, ...samples().map(({ cpuPercent }) => cpuPercent))}
                span={SPARK_SAMPLES}
              />
              <span class="num">{formatPercent(sample().cpuPercent)}</span>
            </span>
          )}
        </Show>
      </td>
      <td class="cell-middle cell-end num">
        <Show when={last()} fallback={<span class="faint">–</span>}>
          {(sample) => formatBytes(sample().memoryBytes)}
        </Show>
      </td>
      <Show when={props.columns.network()}>
        <Flow into={last()?.rx} out={last()?.tx} names={["received", "sent"]} />
      </Show>
      <Show when={props.columns.disk()}>
        <Flow into={last()?.read} out={last()?.write} names={["read", "written"]} />
      </Show>
    </>
  );
}

/** Bytes a second in both directions; unknown until there are two samples. */
function Flow(props: {
  into: number | null | undefined;
  out: number | null | undefined;
  names: readonly [string, string];
}) {
  const text = (rate: number | null | undefined) => (rate == null ? "–" : formatRate(rate));
  return (
    <td class="cell-middle cell-end num service-flow">
      <div title={props.names[0]}>
        <span aria-hidden="true">↓ </span>
        <span class="visually-hidden">{props.names[0]} </span>
        {text(props.into)}
      </div>
      <div class="faint" title={props.names[1]}>
        <span aria-hidden="true">↑ </span>
        <span class="visually-hidden">{props.names[1]} </span>
        {text(props.out)}
      </div>
    </td>
  );
}
