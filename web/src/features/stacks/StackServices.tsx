import { A } from "@solidjs/router";
import Boxes from "lucide-solid/icons/boxes";
import { createMemo, For, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { StackDetail, StackService } from "../../../../shared/protocol/stack.ts";
import { useNow } from "../../lib/now.ts";
import { useServices } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, EmptyState, Status } from "../../ui/index.ts";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { imageText, portTexts } from "../services/service-list.ts";
import { isSameDisplay, statusDisplay, statusText } from "../services/service-state.ts";

/** The services of a stack and their containers. */
export function StackServices(props: { stack: StackDetail }) {
  return (
    <Show
      when={props.stack.services.length > 0}
      fallback={
        <EmptyState icon={<Boxes size={18} />} title="No services">
          {props.stack.readable
            ? "The compose file defines none."
            : "The compose file cannot be read, and there are no containers."}
        </EmptyState>
      }
    >
      <ul class="stacks-services">
        <For each={props.stack.services}>
          {(service) => <ServiceCard service={service} isUp={props.stack.total > 0} />}
        </For>
      </ul>
    </Show>
  );
}

/** In a started stack a service without a container is a fault, unless the file excludes it. */
function NoContainer(props: { service: StackService; isUp: boolean }) {
  return (
    <p class="faint stacks-none">
      <Show
        when={props.isUp && props.service.wanted}
        fallback={
          props.service.wanted === false ? "Not started: no active profile, or a scale of 0" : "No container yet"
        }
      >
        <Status tone="warn">Container missing</Status>
      </Show>
    </p>
  );
}

function ServiceCard(props: { service: StackService; isUp: boolean }) {
  return (
    <li class="card stacks-service">
      <header class="row">
        <h3 class="truncate">{visibleName(props.service.name) || "(no name)"}</h3>
        <span class="truncate faint grow">{visibleName(imageText(props.service.image ?? ""))}</span>
        <Show when={props.service.defined === false}>
          <Badge tone="warn" title="The compose file no longer defines it.">
            orphan
          </Badge>
        </Show>
      </header>
      <Show
        when={props.service.containers.length > 0}
        fallback={<NoContainer service={props.service} isUp={props.isUp} />}
      >
        <ul class="stacks-containers">
          <For each={props.service.containers}>{(container) => <ContainerRow container={container} />}</For>
        </ul>
      </Show>
    </li>
  );
}

/** Takes details such as the exit cause from the list of services; the stack's own list has only the state. */
function ContainerRow(props: { container: Service }) {
  const services = useServices();
  const now = useNow();
  const container = () =>
    services.data?.services.find(({ id, state }) => id === props.container.id && state === props.container.state) ??
    props.container;
  const look = createMemo(() => statusDisplay(container(), now()), undefined, { equals: isSameDisplay });
  return (
    <li>
      <Status tone={look().tone} pulse={look().pulse}>
        {look().text}
      </Status>
      <A class="truncate stacks-link" href={`/services/${encodeURIComponent(props.container.name)}`}>
        {visibleName(props.container.name)}
      </A>
      <span class="truncate faint num stacks-ports">{portTexts(props.container.ports).join(", ")}</span>
      <span class="faint stacks-status">
        {statusText(container(), now())}
        <UpstreamDetail text={container().lastRun?.error} />
      </span>
    </li>
  );
}
