import { A } from "@solidjs/router";
import Boxes from "lucide-solid/icons/boxes";
import { createMemo, For, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { StackDetail, StackService } from "../../../../shared/protocol/stack.ts";
import { containerHref } from "../../lib/addresses.ts";
import { useNow } from "../../lib/now.ts";
import { useServices } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { resourceMessages } from "../../resource/messages.ts";
import { SelectBox } from "../../resource/SelectBox.tsx";
import { SelectionBar } from "../../resource/SelectionBar.tsx";
import { createSelection, type Selection } from "../../resource/selection.ts";
import { Badge, EmptyState, Status } from "../../ui/index.ts";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { LogSelectionLinks } from "../logs/LogSelectionLinks.tsx";
import { imageText, portTexts } from "../services/list/service-list.ts";
import { isSameDisplay, statusDisplay, statusText } from "../services/service-state.ts";
import { servicesMessages as texts } from "./messages.ts";

/** The services of a stack and their containers. */
export function StackServices(props: { stack: StackDetail }) {
  const selection = createSelection();
  const containers = createMemo(() => props.stack.services.flatMap((service) => service.containers));
  const selected = () => containers().filter(({ id }) => selection.has(id));
  return (
    <Show
      when={props.stack.services.length > 0}
      fallback={
        <EmptyState icon={<Boxes size={18} />} title={texts.none}>
          {props.stack.readable ? texts.noneInFile : texts.unreadable}
        </EmptyState>
      }
    >
      <ul class="stack-services">
        <For each={props.stack.services}>
          {(service) => (
            <ServiceCard
              service={service}
              isUp={props.stack.total > 0}
              isKnown={props.stack.state !== "unknown"}
              selection={selection}
              order={() => containers().map(({ id }) => id)}
            />
          )}
        </For>
      </ul>
      <SelectionBar label={texts.selected} count={selected().length} onClear={selection.clear}>
        <LogSelectionLinks containers={selected().map(({ name }) => name)} />
      </SelectionBar>
    </Show>
  );
}

/** In a started stack a service without a container is a fault, unless the file excludes it. */
function NoContainer(props: { service: StackService; isUp: boolean; isKnown: boolean }) {
  const reason = () => {
    if (!props.isKnown) return texts.unknownContainers;
    return props.service.wanted === false ? texts.notStarted : texts.noContainer;
  };
  return (
    <p class="faint stack-empty">
      <Show when={props.isUp && props.service.wanted} fallback={reason()}>
        <Status tone="warn">{texts.missing}</Status>
      </Show>
    </p>
  );
}

interface SelectableProps {
  selection: Selection;
  /** Ids of all containers as they are shown. */
  order: () => readonly string[];
}

function ServiceCard(props: SelectableProps & { service: StackService; isUp: boolean; isKnown: boolean }) {
  return (
    <li class="card stack-service">
      <header class="row">
        <h2 class="truncate">{visibleName(props.service.name) || texts.noName}</h2>
        <span class="truncate faint grow">{visibleName(imageText(props.service.image ?? ""))}</span>
        <Show when={props.service.defined === false}>
          <Badge tone="warn" title={texts.orphanHint}>
            {texts.orphan}
          </Badge>
        </Show>
      </header>
      <Show
        when={props.service.containers.length > 0}
        fallback={<NoContainer service={props.service} isUp={props.isUp} isKnown={props.isKnown} />}
      >
        <ul class="stack-containers">
          <For each={props.service.containers}>
            {(container) => <ContainerRow container={container} selection={props.selection} order={props.order} />}
          </For>
        </ul>
      </Show>
    </li>
  );
}

/** Takes details such as the exit cause from the list of services; the stack's own list has only the state. */
function ContainerRow(props: SelectableProps & { container: Service }) {
  const services = useServices();
  const now = useNow();
  const container = () =>
    services.data?.services.find(({ id, state }) => id === props.container.id && state === props.container.state) ??
    props.container;
  const display = createMemo(() => statusDisplay(container(), now()), undefined, { equals: isSameDisplay });
  return (
    <li>
      <SelectBox
        label={resourceMessages.select(props.container.name)}
        checked={props.selection.has(props.container.id)}
        onChoose={(isSelected, extend) =>
          props.selection.choose(props.container.id, isSelected, extend ? props.order() : undefined)
        }
      />
      <Status tone={display().tone} pulse={display().pulse}>
        {display().text}
      </Status>
      <A class="truncate stack-link" href={containerHref(props.container.name)}>
        {visibleName(props.container.name)}
      </A>
      <span class="truncate faint num stack-ports">{portTexts(props.container.ports).join(", ")}</span>
      <span class="faint stack-status">
        {statusText(container(), now())}
        <UpstreamDetail text={container().lastRun?.error} />
      </span>
    </li>
  );
}
