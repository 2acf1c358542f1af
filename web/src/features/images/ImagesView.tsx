import CloudDownload from "lucide-solid/icons/cloud-download";
import KeyRound from "lucide-solid/icons/key-round";
import Layers from "lucide-solid/icons/layers";
import { createMemo, createSignal, Show } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { useImages, useUpdates } from "../../lib/docker-queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { Button } from "../../ui/index.ts";
import { ImagePane } from "./ImagePane.tsx";
import { createImageColumns } from "./image-columns.tsx";
import { shortId } from "./image-labels.ts";
import { imageLabels, listMessages } from "./messages.ts";
import { PullDialog } from "./PullDialog.tsx";
import { RegistriesDialog } from "./RegistriesDialog.tsx";
import { RemoveImageDialog } from "./RemoveImageDialog.tsx";
import "./images.css";

export interface ImagesViewProps {
  /** Id of the open image. */
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** All images of the host, and the open one. */
export function ImagesView(props: ImagesViewProps) {
  const session = useSession();
  const query = useImages();
  const updates = useUpdates();
  const [dialog, setDialog] = createSignal<"pull" | "registries" | null>(null);
  const [removing, setRemoving] = createSignal<Image | null>(null);
  /** Names of services that could be updated. */
  const outdated = createMemo(
    () =>
      new Set((updates.data?.services ?? []).filter(({ state }) => state === "newer").map(({ service }) => service)),
  );
  const outdatedOf = ({ usedBy }: Image) => usedBy.map(({ name }) => name).filter((name) => outdated().has(name));
  const columns = createImageColumns((image) => outdatedOf(image).length > 0);
  const close = () => setDialog(null);

  return (
    <ResourceListPage
      messages={listMessages}
      icon={Layers}
      query={query}
      items={query.data ?? []}
      itemKey={({ id }) => id}
      titleOf={({ id, tags }) => tags[0] ?? shortId(id)}
      searchTexts={({ tags, digests, id, usedBy }) => [...tags, ...digests, id, ...usedBy.map(({ name }) => name)]}
      actions={
        <Show when={session.may("docker:manage")}>
          <Button icon={<KeyRound size={14} />} onClick={() => setDialog("registries")}>
            {imageLabels.registries}
          </Button>
          <Button variant="primary" icon={<CloudDownload size={15} />} onClick={() => setDialog("pull")}>
            {imageLabels.pullImage}
          </Button>
        </Show>
      }
      table={{ columns, initialSort: { column: "name" } }}
      selected={props.selected}
      onSelect={props.onSelect}
      missingTitle={visibleName(shortId(props.selected ?? ""))}
      detail={(image) => (
        <ImagePane
          image={image()}
          outdated={outdatedOf(image())}
          onRemove={setRemoving}
          onClose={() => props.onSelect(null)}
        />
      )}
    >
      <Show when={dialog() === "pull"}>
        <PullDialog onClose={close} />
      </Show>
      <Show when={dialog() === "registries"}>
        <RegistriesDialog onClose={close} />
      </Show>
      <Show when={removing()}>
        {(image) => (
          <RemoveImageDialog
            image={image()}
            onClose={() => setRemoving(null)}
            onRemoved={() => {
              setRemoving(null);
              props.onSelect(null);
            }}
          />
        )}
      </Show>
    </ResourceListPage>
  );
}
