import NetworkIcon from "lucide-solid/icons/network";
import Plus from "lucide-solid/icons/plus";
import { createSignal, Show } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { useNetworks } from "../../lib/docker-queries.ts";
import { useSession } from "../../lib/session.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { Button } from "../../ui/index.ts";
import { CreateNetworkDialog } from "./CreateNetworkDialog.tsx";
import { createMessages, listMessages } from "./messages.ts";
import { NetworkPane } from "./NetworkPane.tsx";
import { networkColumns } from "./network-columns.tsx";
import { useRemoveNetwork } from "./remove-network.ts";

export interface NetworksViewProps {
  /** Name or id of the open network. */
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** All networks of the host, and the open one. */
export function NetworksView(props: NetworksViewProps) {
  const askRemove = useRemoveNetwork();
  const session = useSession();
  const query = useNetworks();
  const [creating, setCreating] = createSignal(false);

  const remove = async (network: Network) => {
    if (await askRemove(network)) props.onSelect(null);
  };

  return (
    <ResourceListPage
      messages={listMessages}
      icon={NetworkIcon}
      query={query}
      items={query.data ?? []}
      itemKey={({ id }) => id}
      addressOf={({ name }) => name}
      searchTexts={({ name, driver, composeProject, subnets, usedBy }) => [
        name,
        driver,
        composeProject ?? "",
        ...subnets,
        ...usedBy.map((use) => use.name),
      ]}
      actions={
        <Show when={session.may("docker:manage")}>
          <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
            {createMessages.action}
          </Button>
        </Show>
      }
      table={{
        columns: networkColumns,
        initialSort: { column: "name" },
      }}
      selected={props.selected}
      onSelect={props.onSelect}
      detail={(network) => (
        <NetworkPane
          network={network()}
          onRemove={(removed) => void remove(removed)}
          onClose={() => props.onSelect(null)}
        />
      )}
    >
      <Show when={creating()}>
        <CreateNetworkDialog
          onClose={() => setCreating(false)}
          onCreated={(name) => {
            setCreating(false);
            props.onSelect(name);
          }}
        />
      </Show>
    </ResourceListPage>
  );
}
