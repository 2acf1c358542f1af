import Plug from "lucide-solid/icons/plug";
import Trash from "lucide-solid/icons/trash";
import Unplug from "lucide-solid/icons/unplug";
import { createSignal, For, Show } from "solid-js";
import type { ContainerUse } from "../../../../shared/protocol/image.ts";
import type { Network, NetworkDetail } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { refreshDocker, useNetwork } from "../../lib/docker-queries.ts";
import { formatDateTime } from "../../lib/format.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Card, CopyButton, confirm, ErrorState, Facts, IconButton, Skeleton, toast } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { UseLink } from "../images/UsedBy.tsx";
import { Pairs } from "../volumes/VolumePane.tsx";
import { ConnectDialog } from "./ConnectDialog.tsx";

export interface NetworkPaneProps {
  network: Network;
  onRemove: (network: Network) => void;
  onClose: () => void;
}

/** One network: its addresses, and the containers in it. */
export function NetworkPane(props: NetworkPaneProps) {
  const detail = useNetwork(() => props.network.id);
  const [connecting, setConnecting] = createSignal(false);
  const used = () => props.network.usedBy.length > 0;
  const disconnect = async ({ id, name }: ContainerUse) => {
    const yes = await confirm({
      title: `Take ${visibleName(name)} out of ${visibleName(props.network.name)}?`,
      body: "It is no longer reached by its name there, and reaches nobody there. Open connections end.",
      action: "Disconnect",
      danger: true,
    });
    if (!yes) return;
    await networks.disconnect(props.network.id, id).catch(toast.error);
    await refreshDocker();
  };
  return (
    <>
      <DetailHead
        title={<span class="truncate">{visibleName(props.network.name)}</span>}
        note={`${visibleName(props.network.driver)} · ${count(props.network.usedBy.length)}`}
        actions={
          <Show when={session.may("docker:manage") && !props.network.builtIn}>
            <span class="row-actions">
              <IconButton label="Connect a container" icon={<Plug size={14} />} onClick={() => setConnecting(true)} />
              <IconButton
                label={used() ? "In use: disconnect its containers first" : "Remove network"}
                icon={<Trash size={14} />}
                disabled={used()}
                onClick={() => props.onRemove(props.network)}
              />
            </span>
          </Show>
        }
        onClose={props.onClose}
      />
      <div class="detail-scroll">
        <Show
          when={detail.data}
          fallback={
            <Show when={detail.error} fallback={<Skeleton lines={8} />}>
              <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
            </Show>
          }
        >
          {(network) => (
            <Details
              network={network()}
              uses={props.network.usedBy}
              onConnect={() => setConnecting(true)}
              onDisconnect={(use) => void disconnect(use)}
            />
          )}
        </Show>
      </div>
      <Show when={connecting()}>
        <ConnectDialog network={props.network} onClose={() => setConnecting(false)} />
      </Show>
    </>
  );
}

const count = (containers: number) => (containers === 1 ? "1 container" : `${containers} containers`);

interface DetailsProps {
  network: NetworkDetail;
  uses: readonly ContainerUse[];
  onConnect: () => void;
  onDisconnect: (use: ContainerUse) => void;
}

function Details(props: DetailsProps) {
  const changeable = () => session.may("docker:manage") && !props.network.builtIn;
  const endpointOf = (name: string) => props.network.endpoints.find(({ container }) => container === name);
  return (
    <div class="docker-flow">
      <Card title="Containers">
        <Show when={props.uses.length > 0} fallback={<p class="faint">No container belongs to it.</p>}>
          <ul class="detail-list">
            <For each={props.uses}>
              {(use) => (
                <li class="row">
                  <span class="grow truncate">
                    <UseLink use={use} />
                  </span>
                  <code class="faint">{endpointOf(use.name)?.ipAddress ?? ""}</code>
                  <Show when={changeable()}>
                    <IconButton
                      size="sm"
                      label={`Disconnect ${visibleName(use.name)}`}
                      icon={<Unplug size={13} />}
                      onClick={() => props.onDisconnect(use)}
                    />
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={changeable()}>
          <p class="env-note">
            <Button size="sm" icon={<Plug size={13} />} onClick={() => props.onConnect()}>
              Connect a container
            </Button>
          </p>
        </Show>
      </Card>
      <Card title="Network">
        <Facts
          rows={[
            [
              "Id",
              <span class="row">
                <code class="truncate">{props.network.id.slice(0, 12)}</code>
                <CopyButton label="Copy the full id" text={props.network.id} />
              </span>,
            ],
            ["Driver", visibleName(props.network.driver)],
            ["Scope", visibleName(props.network.scope)],
            ["Addresses", <code>{props.network.subnets.join(", ") || "–"}</code>],
            ["Gateway", <code>{props.network.gateways.join(", ") || "–"}</code>],
            ["Internal", props.network.internal ? "Yes: no way out of the host" : "No"],
            ["IPv6", props.network.ipv6 ? "Yes" : "No"],
            ["Project", props.network.composeProject ? visibleName(props.network.composeProject) : "–"],
            ["Created", formatDateTime(props.network.createdAt)],
          ]}
        />
      </Card>
      <Card title="Labels">
        <Pairs pairs={props.network.labels} none="It has no label." />
      </Card>
      <Show when={Object.keys(props.network.options).length > 0}>
        <Card title="Options of the driver">
          <Pairs pairs={props.network.options} none="None." />
        </Card>
      </Show>
    </div>
  );
}
