import Container from "lucide-solid/icons/container";
import { createEffect, createMemo, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { DependencyState } from "../../../../../shared/protocol/system.ts";
import { useStoredContainers } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { NearNames } from "../../../resource/NearNames.tsx";
import { Button, EmptyState, Skeleton } from "../../../ui/index.ts";
import { DetailHead } from "../../../ui/MasterDetail.tsx";
import type { ServiceActions } from "../actions/service-actions.ts";
import { findService } from "../list/service-list.ts";
import { listMessages, serviceMessages } from "../messages.ts";
import { ServicePane } from "./ServicePane.tsx";

export interface ServiceDetailProps {
  /** Name or id of the open container. */
  chosen: string;
  services: readonly Service[];
  /** Undefined until the list is loaded. */
  engine: DependencyState | undefined;
  actions: ServiceActions;
  onRemove: (service: Service) => void;
  onSelect: (name: string) => void;
  /** It is addressed by its id, and has this name. */
  onRename: (name: string) => void;
  onClose: () => void;
}

interface Opened {
  chosen: string;
  name: string;
  service: Service | undefined;
}

/** The open container. Its pane and log stay when it is removed, and continue with the next container of its name. */
export default function ServiceDetail(props: ServiceDetailProps) {
  const stored = useStoredContainers();
  const opened = createMemo<Opened | undefined>((before) => {
    const { chosen } = props;
    const held = before?.chosen === chosen ? before.name : undefined;
    const service = findService(props.services, chosen) ?? props.services.find(({ name }) => name === held);
    const name = service?.name ?? held ?? stored.data?.containers.find((container) => container.name === chosen)?.name;
    return name === undefined ? undefined : { chosen, name, service };
  });
  const service = createMemo(() => opened()?.service);
  // A container has one address, by its name: it outlives the id.
  createEffect(() => {
    const found = service();
    if (found && found.name !== props.chosen && found.id.startsWith(props.chosen)) props.onRename(found.name);
  });
  const up = () => props.engine?.state === "up";
  const showAll = () => <Button onClick={props.onClose}>{listMessages.showAll}</Button>;
  return (
    <Show
      when={props.engine && opened()?.name}
      fallback={
        <Show when={props.engine && !stored.isLoading} fallback={<Skeleton lines={6} />}>
          <DetailHead title={visibleName(props.chosen)} onClose={props.onClose} />
          <EmptyState
            icon={<Container size={18} />}
            title={up() ? listMessages.gone : serviceMessages.engineDown}
            action={showAll()}
          >
            {up() ? listMessages.goneHint : serviceMessages.engineBack}
            <NearNames wanted={props.chosen} names={props.services.map(({ name }) => name)} onOpen={props.onSelect} />
          </EmptyState>
        </Show>
      }
    >
      {(name) => (
        <ServicePane
          name={name()}
          service={service()}
          absence={
            <>
              {up() ? listMessages.gone : serviceMessages.engineDown}. {serviceMessages.logStays} {showAll()}
            </>
          }
          actions={props.actions}
          onRemove={props.onRemove}
          onClose={props.onClose}
        />
      )}
    </Show>
  );
}
