import { createMemo, createSignal, onCleanup, onMount, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useNow } from "../../../lib/now.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { resourceMessages } from "../../../resource/messages.ts";
import { SelectBox } from "../../../resource/SelectBox.tsx";
import { Status } from "../../../ui/index.ts";
import { opensOn } from "../../../ui/row-click.ts";
import { AlertBadge } from "../../alerts/AlertBadge.tsx";
import { BesideLink } from "../../logs/LogSelectionLinks.tsx";
import { UpdateBadge } from "../../updates/UpdateBadge.tsx";
import { ServiceButtons } from "../actions/ServiceButtons.tsx";
import { serviceLabels } from "../messages.ts";
import { actionLabels, isSameDisplay, statusDisplay, statusText } from "../service-state.ts";
import { endOfCause } from "./cause.ts";
import { ServiceUsageCells } from "./ServiceMetrics.tsx";
import { imageText, portTexts } from "./service-list.ts";
import type { ServiceTableProps } from "./service-table-props.ts";
import type { VisibleRows } from "./visible-rows.ts";

interface ServiceRowProps extends ServiceTableProps {
  service: Service;
  visible: VisibleRows;
  /** Ids of all rows as they are shown. */
  order: () => readonly string[];
  /** Names of the selected containers, or of the open one: what another log opens beside. */
  shown: () => readonly string[];
}

/** One container of the table; shows live usage while it is on the screen. */
export function ServiceRow(props: ServiceRowProps) {
  const [row, setRow] = createSignal<HTMLTableRowElement>();
  onMount(() => {
    const element = row();
    if (element) onCleanup(props.visible.watch(element));
  });
  const now = useNow();
  const display = createMemo(() => statusDisplay(props.service, now()), undefined, { equals: isSameDisplay });
  const text = createMemo(() => statusText(props.service, now()));
  const pending = () => props.actions.pending(props.service);
  return (
    <tr
      ref={setRow}
      data-row={props.service.id}
      aria-selected={props.selection.has(props.service.id)}
      aria-current={props.selected === props.service.name ? "true" : undefined}
      {...opensOn(() => props.onOpen(props.service))}
    >
      <td class="cell-check">
        <SelectBox
          label={resourceMessages.select(props.service.name)}
          checked={props.selection.has(props.service.id)}
          onChoose={(isSelected, extend) =>
            props.selection.choose(props.service.id, isSelected, extend ? props.order() : undefined)
          }
        />
      </td>
      <td class="cell-name">
        <Show when={props.narrow} fallback={<NameCell service={props.service} text={text()} />}>
          <Status tone={pending() ? "info" : display().tone} pulse={display().pulse || pending() !== undefined}>
            {visibleName(props.service.name)}
          </Status>
        </Show>
      </td>
      <Show when={!props.narrow}>
        <td>
          <Status tone={pending() ? "info" : display().tone} pulse={display().pulse || pending() !== undefined}>
            {pending() ? actionLabels[pending() ?? "stop"].doing : display().text}
          </Status>
        </td>
        <td class="cell-wide cell-clip" title={props.service.image}>
          {visibleName(imageText(props.service.image))}
        </td>
        <td class="cell-wide">
          <Ports service={props.service} />
        </td>
        <ServiceUsageCells
          service={props.service}
          live={props.visible.has(props.service.id)}
          columns={props.columns}
          usages={props.usages}
          trends={props.trends}
        />
      </Show>
      <td class="cell-tight service-beside">
        <span class="row-actions">
          <BesideLink selection={{ containers: props.shown() }} container={props.service.name} />
          <Show when={!props.narrow}>
            <ServiceButtons service={props.service} actions={props.actions} onRemove={props.onRemove} />
          </Show>
        </span>
      </td>
    </tr>
  );
}

/** Name and badges, how the container has been doing, and the Engine's error of its last run. */
function NameCell(props: { service: Service; text: string }) {
  return (
    <>
      <div class="row">
        <span class="truncate service-name">{visibleName(props.service.name)}</span>
        <UpdateBadge service={props.service.name} />
        <AlertBadge kind="container" name={props.service.name} />
      </div>
      <div class="truncate faint service-note">
        {props.text}
        <Show when={props.service.restartCount}>
          {(count) => (
            <span
              title={serviceLabels.restartsByTheEngine}
            >{` · ${count()} ${count() === 1 ? "restart" : "restarts"}`}</span>
          )}
        </Show>
      </div>
      <Show when={props.service.lastRun?.error}>
        {(error) => (
          <div class="faint service-note service-cause" title={visibleName(error())}>
            {visibleName(endOfCause(error()))}
          </div>
        )}
      </Show>
    </>
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
