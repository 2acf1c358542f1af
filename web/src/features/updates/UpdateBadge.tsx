import { Show } from "solid-js";
import { useUpdates } from "../../lib/docker-queries.ts";
import { Badge } from "../../ui/index.ts";
import { updateMessages } from "./messages.ts";

/** A badge if the registry has a newer image of a service; nothing otherwise. */
export function UpdateBadge(props: { service: string }) {
  const updates = useUpdates({ fresh: false });
  const isNewer = () =>
    updates.data?.services.some(({ service, state }) => service === props.service && state === "newer") ?? false;
  return (
    <Show when={isNewer()}>
      <Badge tone="info" title={updateMessages.newerAvailableHint}>
        {updateMessages.newerAvailable}
      </Badge>
    </Show>
  );
}
