import Container from "lucide-solid/icons/container";
import { createMemo, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { useKeptContainers } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, EmptyState, Skeleton } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { ServicePane } from "./ServicePane.tsx";
import type { ServiceDeeds } from "./service-actions.ts";

export interface ServiceDetailProps {
  /** Name or id of what is open. */
  chosen: string;
  services: readonly Service[];
  /** Undefined until the list has come. */
  engine: DependencyState | undefined;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  onClose: () => void;
}

interface Opened {
  chosen: string;
  name: string;
  service: Service | undefined;
}

/** The open container: its pane stays while it is gone, as its log does, and goes on with the next one of its name. */
export function ServiceDetail(props: ServiceDetailProps) {
  const kept = useKeptContainers();
  const opened = createMemo<Opened | undefined>((before) => {
    const { chosen } = props;
    const held = before?.chosen === chosen ? before.name : undefined;
    const service = props.services.find(({ id, name }) => id === chosen || name === chosen || name === held);
    const name = service?.name ?? held ?? kept.data?.containers.find((container) => container.name === chosen)?.name;
    return name === undefined ? undefined : { chosen, name, service };
  });
  const service = createMemo(() => opened()?.service);
  const up = () => props.engine?.state === "up";
  const showAll = () => <Button onClick={props.onClose}>Show all containers</Button>;
  return (
    <Show
      when={props.engine && opened()?.name}
      fallback={
        <Show when={props.engine && !kept.isLoading} fallback={<Skeleton lines={6} />}>
          <DetailHead title={visibleName(props.chosen)} onClose={props.onClose} />
          <EmptyState
            icon={<Container size={18} />}
            title={up() ? "This container is gone" : "Docker does not answer"}
            action={showAll()}
          >
            {up() ? "It was removed, or is not one you may see." : "It is shown again once the Engine is back."}
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
              {up() ? "This container is gone." : "Docker does not answer."} Its log stays here, and goes on when it is
              back. {showAll()}
            </>
          }
          deeds={props.deeds}
          onRemove={props.onRemove}
          onClose={props.onClose}
        />
      )}
    </Show>
  );
}
