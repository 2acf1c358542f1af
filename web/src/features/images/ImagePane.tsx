import { A } from "@solidjs/router";
import CircleArrowUp from "lucide-solid/icons/circle-arrow-up";
import Tag from "lucide-solid/icons/tag";
import Trash from "lucide-solid/icons/trash";
import X from "lucide-solid/icons/x";
import { createSignal, For, type JSX, Show } from "solid-js";
import type { Image, ImageDetail } from "../../../../shared/protocol/image.ts";
import { containerHref } from "../../lib/addresses.ts";
import { images } from "../../lib/api/docker.ts";
import { useImage, useRefreshDocker } from "../../lib/docker-queries.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ContainerUseList } from "../../resource/ContainerUses.tsx";
import { confirmAction } from "../../resource/confirm-action.ts";
import { ResourceDetail } from "../../resource/ResourceDetail.tsx";
import { PairList, TextList } from "../../resource/TextList.tsx";
import { Callout, Card, CopyButton, Facts, IconButton } from "../../ui/index.ts";
import { imageName, shortId } from "./image-labels.ts";
import { imageLabels, imageMessages } from "./messages.ts";
import { TagDialog } from "./TagDialog.tsx";

export interface ImagePaneProps {
  image: Image;
  /** Names of services that use it and have a newer image. */
  outdated: readonly string[];
  onRemove: (image: Image) => void;
  onClose: () => void;
}

/** Details of one image: tags, layers, labels and the containers that use it. */
export function ImagePane(props: ImagePaneProps) {
  const refreshDocker = useRefreshDocker();
  const session = useSession();
  const detail = useImage(() => props.image.id);
  const [tagging, setTagging] = createSignal(false);
  const untag = (reference: string) =>
    confirmAction({
      title: imageMessages.removeTagTitle(visibleName(reference)),
      body: imageMessages.removeTagBody,
      action: imageMessages.removeTagAction,
      send: () => images.remove(props.image.id, { reference }),
      refetch: refreshDocker,
    });
  return (
    <>
      <ResourceDetail
        title={visibleName(imageName(props.image))}
        note={`${shortId(props.image.id)} · ${formatBytes(props.image.size)}`}
        actions={
          <Show when={session.may("docker:manage")}>
            <span class="row-actions">
              <IconButton label={imageMessages.addTag} icon={<Tag size={14} />} onClick={() => setTagging(true)} />
              <IconButton
                label={imageMessages.remove}
                icon={<Trash size={14} />}
                onClick={() => props.onRemove(props.image)}
              />
            </span>
          </Show>
        }
        onClose={props.onClose}
        query={detail}
        lines={10}
        notice={
          <Show when={props.outdated.length > 0}>
            <OutdatedNotice services={props.outdated} />
          </Show>
        }
      >
        {(image) => <Details image={image()} onUntag={(tag) => void untag(tag)} />}
      </ResourceDetail>
      <Show when={tagging()}>
        <TagDialog image={props.image} onClose={() => setTagging(false)} />
      </Show>
    </>
  );
}

/** Says for which services the registry has a newer image. */
function OutdatedNotice(props: { services: readonly string[] }) {
  return (
    <Callout tone="info" icon={<CircleArrowUp size={15} />}>
      {imageMessages.newerFor}{" "}
      <For each={props.services}>
        {(service, index) => (
          <>
            {index() > 0 ? ", " : ""}
            <A href={containerHref(service)}>{visibleName(service)}</A>
          </>
        )}
      </For>
      .
    </Callout>
  );
}

function Details(props: { image: ImageDetail; onUntag: (tag: string) => void }) {
  const session = useSession();
  return (
    <div class="detail-cards">
      <Card title={imageLabels.image}>
        <Facts rows={facts(props.image)} />
      </Card>
      <Card title={imageLabels.tags}>
        <TextList items={props.image.tags} none={imageMessages.noTags}>
          {(tag) => (
            <span class="row">
              <code class="truncate grow">{visibleName(tag)}</code>
              <Show when={session.may("docker:manage")}>
                <IconButton
                  size="sm"
                  label={imageMessages.removeTag(visibleName(tag))}
                  icon={<X size={13} />}
                  onClick={() => props.onUntag(tag)}
                />
              </Show>
            </span>
          )}
        </TextList>
      </Card>
      <Card title={imageLabels.usedBy}>
        <ContainerUseList uses={props.image.usedBy} none={imageMessages.noContainers} />
      </Card>
      <Card title={imageLabels.environment}>
        <TextList items={props.image.environmentNames} none={imageMessages.noVariables} />
        <p class="faint detail-note">{imageMessages.valuesHidden}</p>
      </Card>
      <Card title={imageLabels.labels}>
        <PairList pairs={props.image.labels} none={imageMessages.noLabels} />
      </Card>
      <LayersCard image={props.image} />
    </div>
  );
}

function LayersCard(props: { image: ImageDetail }) {
  const filled = () => props.image.layers.filter(({ size }) => size > 0).length;
  return (
    <Card title={imageMessages.layers(filled())} class="layers-card">
      <ol class="layers">
        <For each={props.image.layers}>
          {(layer) => (
            <li>
              <code title={layer.createdAt ? formatDateTime(layer.createdAt) : undefined}>
                {visibleName(layer.createdBy || layer.comment || "–")}
              </code>
              <span class="num" classList={{ faint: layer.size === 0 }}>
                {formatBytes(layer.size)}
              </span>
            </li>
          )}
        </For>
      </ol>
    </Card>
  );
}

function facts(image: ImageDetail): [string, JSX.Element][] {
  const code = (parts: readonly string[]) => {
    const text = parts.map(visibleName).join(" ");
    return text ? <code>{text}</code> : "–";
  };
  return [
    [
      "Id",
      <span class="row">
        <code class="truncate">{shortId(image.id)}</code>
        <CopyButton label={imageLabels.copyTheFullId} text={image.id} />
      </span>,
    ],
    ["Size", formatBytes(image.size)],
    ["Created", formatDateTime(image.createdAt)],
    ["Platform", `${visibleName(image.os)}/${visibleName(image.architecture)}`],
    ["Entrypoint", code(image.entrypoint)],
    ["Command", code(image.command)],
    ["User", image.user ? <code>{visibleName(image.user)}</code> : "root"],
    ["Folder", image.workingDirectory ? <code>{visibleName(image.workingDirectory)}</code> : "/"],
    ["Ports", code(image.exposedPorts)],
    ["Volumes", code(image.volumes)],
    ...image.digests.map((digest): [string, JSX.Element] => [
      "Digest",
      <span class="row">
        <code class="truncate" title={visibleName(digest)}>
          {visibleName(digest)}
        </code>
        <CopyButton label={imageLabels.copyTheDigest} text={digest} />
      </span>,
    ]),
  ];
}
