import Plug from "lucide-solid/icons/plug";
import Trash from "lucide-solid/icons/trash";
import Unplug from "lucide-solid/icons/unplug";
import { createSignal, Show } from "solid-js";
import type { ContainerUse } from "../../../../shared/protocol/image.ts";
import type { Network, NetworkDetail } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { useNetwork, useRefreshDocker } from "../../lib/docker-queries.ts";
import { formatDateTime } from "../../lib/format.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ContainerLink } from "../../resource/ContainerUses.tsx";
import { confirmAction } from "../../resource/confirm-action.ts";
import { resourceMessages } from "../../resource/messages.ts";
import { ResourceDetail } from "../../resource/ResourceDetail.tsx";
import { PairList, TextList } from "../../resource/TextList.tsx";
import { Button, Card, CopyButton, Facts, IconButton } from "../../ui/index.ts";
import { ConnectDialog } from "./ConnectDialog.tsx";
import { networkLabels, networkMessages } from "./messages.ts";

export interface NetworkPaneProps {
  network: Network;
  onRemove: (network: Network) => void;
  onClose: () => void;
}

/** Details of one network, and the containers in it. */
export function NetworkPane(props: NetworkPaneProps) {
  const refreshDocker = useRefreshDocker();
  const session = useSession();
  const detail = useNetwork(() => props.network.id);
  const [connecting, setConnecting] = createSignal(false);
  const used = () => props.network.usedBy.length > 0;
  const disconnect = ({ id, name }: ContainerUse) =>
    confirmAction({
      title: networkMessages.disconnectTitle(visibleName(name), visibleName(props.network.name)),
      body: networkMessages.disconnectBody,
      action: networkMessages.disconnect,
      danger: true,
      send: () => networks.disconnect(props.network.id, id),
      refetch: refreshDocker,
    });
  return (
    <>
      <ResourceDetail
        title={visibleName(props.network.name)}
        note={`${visibleName(props.network.driver)} · ${resourceMessages.containers(props.network.usedBy.length)}`}
        actions={
          <Show when={session.may("docker:manage") && !props.network.builtIn}>
            <span class="row-actions">
              <IconButton
                label={networkMessages.connectContainer}
                icon={<Plug size={14} />}
                onClick={() => setConnecting(true)}
              />
              <IconButton
                label={used() ? networkMessages.removeInUse : networkMessages.remove}
                icon={<Trash size={14} />}
                disabled={used()}
                onClick={() => props.onRemove(props.network)}
              />
            </span>
          </Show>
        }
        onClose={props.onClose}
        query={detail}
      >
        {(network) => (
          <Details
            network={network()}
            uses={props.network.usedBy}
            onConnect={() => setConnecting(true)}
            onDisconnect={(use) => void disconnect(use)}
          />
        )}
      </ResourceDetail>
      <Show when={connecting()}>
        <ConnectDialog network={props.network} onClose={() => setConnecting(false)} />
      </Show>
    </>
  );
}

interface DetailsProps {
  network: NetworkDetail;
  uses: readonly ContainerUse[];
  onConnect: () => void;
  onDisconnect: (use: ContainerUse) => void;
}

function Details(props: DetailsProps) {
  return (
    <div class="detail-cards">
      <ContainersCard {...props} />
      <Card title={networkLabels.network}>
        <Facts
          rows={[
            [
              "Id",
              <span class="row">
                <code class="truncate">{props.network.id.slice(0, 12)}</code>
                <CopyButton label={networkLabels.copyTheFullId} text={props.network.id} />
              </span>,
            ],
            ["Driver", visibleName(props.network.driver)],
            ["Scope", visibleName(props.network.scope)],
            ["Addresses", <code>{props.network.subnets.join(", ") || "–"}</code>],
            ["Gateway", <code>{props.network.gateways.join(", ") || "–"}</code>],
            ["Internal", props.network.internal ? networkMessages.internalValue : "No"],
            ["IPv6", props.network.ipv6 ? "Yes" : "No"],
            ["Project", props.network.composeProject ? visibleName(props.network.composeProject) : "–"],
            ["Created", formatDateTime(props.network.createdAt)],
          ]}
        />
      </Card>
      <Card title={networkLabels.labels}>
        <PairList pairs={props.network.labels} none={networkMessages.noLabels} />
      </Card>
      <Show when={Object.keys(props.network.options).length > 0}>
        <Card title={networkLabels.driverOptions}>
          <PairList pairs={props.network.options} none="" />
        </Card>
      </Show>
    </div>
  );
}

function ContainersCard(props: DetailsProps) {
  const session = useSession();
  const isChangeable = () => session.may("docker:manage") && !props.network.builtIn;
  const addressOf = (name: string) =>
    props.network.endpoints.find(({ container }) => container === name)?.ipAddress ?? "";
  return (
    <Card title={networkLabels.containers}>
      <TextList items={props.uses} none={networkMessages.noContainers}>
        {(use) => (
          <span class="row">
            <span class="grow truncate">
              <ContainerLink use={use} />
            </span>
            <code class="faint">{addressOf(use.name)}</code>
            <Show when={isChangeable()}>
              <IconButton
                size="sm"
                label={networkMessages.disconnectContainer(visibleName(use.name))}
                icon={<Unplug size={13} />}
                onClick={() => props.onDisconnect(use)}
              />
            </Show>
          </span>
        )}
      </TextList>
      <Show when={isChangeable()}>
        <p class="detail-note">
          <Button size="sm" icon={<Plug size={13} />} onClick={() => props.onConnect()}>
            {networkMessages.connectContainer}
          </Button>
        </p>
      </Show>
    </Card>
  );
}
