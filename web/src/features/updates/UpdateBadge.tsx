import { Show } from "solid-js";
import { useUpdates } from "../../lib/docker-queries.ts";
import { Badge } from "../../ui/index.ts";

/** Says that a service's registry has a newer image; nothing otherwise. */
export function UpdateBadge(props: { service: string }) {
  const updates = useUpdates({ fresh: false });
  const isNewer = () =>
    updates.data?.services.some(({ service, state }) => service === props.service && state === "newer") ?? false;
  return (
    <Show when={isNewer()}>
      <Badge tone="info" title="The registry has a newer image">
        Newer available
      </Badge>
    </Show>
  );
}
