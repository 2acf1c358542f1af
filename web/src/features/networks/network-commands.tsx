import NetworkIcon from "lucide-solid/icons/network";
import Plus from "lucide-solid/icons/plus";
import { createMemo } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { itemHref } from "../../lib/addresses.ts";
import { networks } from "../../lib/api/docker.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { dockerKeys } from "../../lib/docker-queries.ts";
import { lazy } from "../../lib/load-part.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandAction, CommandSource } from "../../shell/commands.ts";
import { commandMessages as texts } from "./messages.ts";
import { useRemoveNetwork } from "./remove-network.ts";

const CreateNetworkDialog = lazy(async () => ({
  default: (await import("./CreateNetworkDialog.tsx")).CreateNetworkDialog,
}));
const ConnectDialog = lazy(async () => ({ default: (await import("./ConnectDialog.tsx")).ConnectDialog }));

const hrefOf = (name: string) => itemHref("/networks", name);

/** Networks, and what can be done with each. */
export const createNetworkCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const remove = useRemoveNetwork();
  const list = useCachedList(
    dockerKeys.networks,
    networks.list,
    () => session.may("docker:view") && session.principal()?.limits.services === null,
  );
  const create = () =>
    show((close) => (
      <CreateNetworkDialog
        onClose={close}
        onCreated={(name) => {
          close();
          open(hrefOf(name));
        }}
      />
    ));
  const actionsOf = (network: Network): CommandAction[] => {
    if (network.builtIn) return [];
    const connect: CommandAction = {
      verb: texts.connect,
      name: "network:connect",
      run: () => show((close) => <ConnectDialog network={network} onClose={close} />),
    };
    const removal: CommandAction = { verb: texts.remove, name: "network:remove", run: () => void remove(network) };
    return network.usedBy.length > 0 ? [connect] : [connect, removal];
  };
  return createMemo(() => [
    ...(list.data ?? []).map((network) => ({
      id: `network:${network.id}`,
      label: visibleName(network.name),
      group: texts.group,
      icon: NetworkIcon,
      run: () => open(hrefOf(network.name)),
      actions: actionsOf(network),
    })),
    { id: "network:create", label: texts.create, group: texts.group, icon: Plus, name: "network:create", run: create },
  ]);
};
