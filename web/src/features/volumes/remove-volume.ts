import type { Volume } from "../../../../shared/protocol/volume.ts";
import { volumes } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { confirmAction } from "../../resource/confirm-action.ts";
import { volumeMessages } from "./messages.ts";

/** A function that asks, and removes a volume. Resolves with whether it was removed. */
export function useRemoveVolume(): (volume: Volume) => Promise<boolean> {
  const refetch = useRefreshDocker();
  return (volume) =>
    confirmAction({
      title: volumeMessages.removeTitle(visibleName(volume.name)),
      body: volumeMessages.removeBody,
      action: volumeMessages.remove,
      danger: true,
      typed: volume.anonymous ? undefined : volume.name,
      send: () => volumes.remove(volume.name),
      done: volumeMessages.removed(visibleName(volume.name)),
      refetch,
    });
}
