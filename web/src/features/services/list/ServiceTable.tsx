import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import Boxes from "lucide-solid/icons/boxes";
import { createMemo, For, onCleanup, Show } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { resourceMessages } from "../../../resource/messages.ts";
import { SelectBox } from "../../../resource/SelectBox.tsx";
import { listKeys } from "../../../ui/list-keys.ts";
import { serviceLabels, serviceMessages } from "../messages.ts";
import { ServiceRow } from "./ServiceRow.tsx";
import { isMetric, type ServiceGroup, type ServiceOrder } from "./service-list.ts";
import type { ServiceTableProps } from "./service-table-props.ts";
import { createVisibleRows } from "./visible-rows.ts";

/** Rows with live usage at a time: the server limits the subscriptions of a viewer, and the rest of the page needs some too. */
const LIVE_ROWS = 16;

/** Containers by project, sorted by a click on a heading. */
export function ServiceTable(props: ServiceTableProps) {
  const visible = createVisibleRows(LIVE_ROWS);
  onCleanup(visible.dispose);
  // Rows are keyed by id: every change replaces the list, and a row must keep its DOM and its history.
  const byProject = createMemo(() => new Map(props.groups.map((group) => [group.project, group])));
  const projects = createMemo(() => [...byProject().keys()]);
  const byId = createMemo(
    () => new Map(props.groups.flatMap((group) => group.services.map((service) => [service.id, service] as const))),
  );
  const shown = createMemo((): readonly string[] => {
    const selected = [...byId().values()].filter(({ id }) => props.selection.has(id)).map(({ name }) => name);
    return selected.length > 0 || props.selected === null ? selected : [props.selected];
  });
  const span = () => (props.narrow ? 3 : 8 + [props.columns.network(), props.columns.disk()].filter(Boolean).length);
  return (
    <div class="table-wrap">
      <table
        ref={(table) => listKeys(table)}
        class="table services-table"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are operated by the keyboard.
        role="grid"
        aria-label={serviceLabels.containers}
        aria-multiselectable="true"
      >
        <TableHead {...props} ids={[...byId().keys()]} />
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
                        {(service) => (
                          <ServiceRow
                            {...props}
                            service={service()}
                            visible={visible}
                            order={() => [...byId().keys()]}
                            shown={shown}
                          />
                        )}
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

function TableHead(props: ServiceTableProps & { ids: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col" class="cell-check">
          <SelectBox
            label={resourceMessages.selectAll}
            checked={props.selection.hasAll(props.ids)}
            onChoose={(isSelected) => props.selection.set(props.ids, isSelected)}
          />
        </th>
        <Heading id="name" title={serviceLabels.name} {...props} />
        <Show when={!props.narrow}>
          <Heading id="state" title={serviceLabels.state} {...props} />
          <Heading id="image" title={serviceLabels.image} class="cell-wide" {...props} />
          <th scope="col" class="cell-wide">
            {serviceLabels.ports}
          </th>
          <Heading id="cpu" title={serviceLabels.cpu} class="cell-middle cell-end" {...props} />
          <Heading id="memory" title={serviceLabels.memory} class="cell-middle cell-end" {...props} />
          <Show when={props.columns.network()}>
            <th scope="col" class="cell-middle cell-end">
              {serviceLabels.network}
            </th>
          </Show>
          <Show when={props.columns.disk()}>
            <th scope="col" class="cell-middle cell-end">
              {serviceLabels.disk}
            </th>
          </Show>
        </Show>
        <th scope="col" class="cell-tight">
          <span class="visually-hidden">{serviceLabels.actions}</span>
        </th>
      </tr>
    </thead>
  );
}

function GroupRow(props: { group: ServiceGroup; columns: number }) {
  return (
    <tr class="group-row">
      <th colSpan={props.columns} scope="rowgroup">
        <span class="row">
          <Boxes size={13} />
          <span class="truncate">
            {props.group.project === null ? serviceMessages.otherContainers : visibleName(props.group.project)}
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
        onClick={() =>
          props.onSort({ order: props.id, descending: active() ? !props.sorting.descending : isMetric(props.id) })
        }
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
