import { createMemo, createSignal, onCleanup, onMount, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { useNow } from "../../lib/now.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Status } from "../../ui/index.ts";
import { beganAtControl } from "../../ui/row-click.ts";
import { AlertBadge } from "../alerts/AlertBadge.tsx";
import { UpdateBadge } from "../updates/UpdateBadge.tsx";
import { endOfCause } from "./cause.ts";
import { ServiceActions } from "./ServiceActions.tsx";
import { ServiceFigures } from "./ServiceMetrics.tsx";
import { imageText, portTexts } from "./service-list.ts";
import { deedWords, lookOf, sameLook, statusText } from "./service-state.ts";
import type { ServiceTableProps } from "./service-table-props.ts";
import type { VisibleRows } from "./visible-rows.ts";

export function ServiceRow(props: ServiceTableProps & { service: Service; visible: VisibleRows }) {
  const [row, setRow] = createSignal<HTMLTableRowElement>();
  onMount(() => {
    const element = row();
    if (element) onCleanup(props.visible.watch(element));
  });
  const now = useNow();
  const look = createMemo(() => lookOf(props.service, now()), undefined, { equals: sameLook });
  const words = createMemo(() => statusText(props.service, now()));
  const pending = () => props.deeds.pending(props.service);
  const open = (event: Event) => {
    if (beganAtControl(event)) return;
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
                {words()}
                <Show when={props.service.restartCount}>
                  {(count) => (
                    <span title="Restarts by the Engine">{` · ${count()} ${count() === 1 ? "restart" : "restarts"}`}</span>
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
        <ServiceFigures
          service={props.service}
          live={props.visible.has(props.service.id)}
          columns={props.columns}
          usages={props.usages}
        />
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
