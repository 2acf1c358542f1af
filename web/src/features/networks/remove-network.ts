import type { Network } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { confirmAction } from "../../resource/confirm-action.ts";
import { networkMessages } from "./messages.ts";

/** A function that asks, and removes a network. Resolves with whether it was removed. */
export function useRemoveNetwork(): (network: Network) => Promise<boolean> {
  const refetch = useRefreshDocker();
  return (network) =>
    confirmAction({
      title: networkMessages.removeTitle(visibleName(network.name)),
      body: networkMessages.removeBody,
      action: networkMessages.remove,
      danger: true,
      send: () => networks.remove(network.id),
      done: networkMessages.removed(visibleName(network.name)),
      refetch,
    });
}
