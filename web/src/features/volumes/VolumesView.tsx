import Database from "lucide-solid/icons/database";
import Plus from "lucide-solid/icons/plus";
import { createSignal, Show } from "solid-js";
import type { Volume } from "../../../../shared/protocol/volume.ts";
import { useDiskUsage, useVolumes } from "../../lib/docker-queries.ts";
import { useSession } from "../../lib/session.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { Button } from "../../ui/index.ts";
import { CreateVolumeDialog } from "./CreateVolumeDialog.tsx";
import { listMessages, volumeMessages } from "./messages.ts";
import { useRemoveVolume } from "./remove-volume.ts";
import { VolumePane } from "./VolumePane.tsx";
import { createVolumeColumns } from "./volume-columns.tsx";

export interface VolumesViewProps {
  /** Name of the open volume. */
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** All volumes of the host, and the open one. */
export function VolumesView(props: VolumesViewProps) {
  const session = useSession();
  const query = useVolumes();
  const usage = useDiskUsage();
  const [creating, setCreating] = createSignal(false);
  const sizeOf = (name: string) => usage.data?.volumeSizes[name];
  const columns = createVolumeColumns({ of: sizeOf, isLoading: () => usage.isFetching });

  const askRemove = useRemoveVolume();
  const remove = async (volume: Volume) => {
    if (await askRemove(volume)) props.onSelect(null);
  };

  return (
    <ResourceListPage
      messages={listMessages}
      icon={Database}
      query={query}
      items={query.data ?? []}
      itemKey={({ name }) => name}
      searchTexts={({ name, composeProject, usedBy }) => [name, composeProject ?? "", ...usedBy.map((use) => use.name)]}
      actions={
        <Show when={session.may("docker:manage")}>
          <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
            {volumeMessages.create}
          </Button>
        </Show>
      }
      table={{ columns, initialSort: { column: "name" } }}
      selected={props.selected}
      onSelect={props.onSelect}
      detail={(volume) => (
        <VolumePane
          volume={volume()}
          size={sizeOf(volume().name)}
          onRemove={(removed) => void remove(removed)}
          onClose={() => props.onSelect(null)}
        />
      )}
    >
      <Show when={creating()}>
        <CreateVolumeDialog
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
