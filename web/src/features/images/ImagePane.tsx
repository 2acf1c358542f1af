import { A } from "@solidjs/router";
import CircleArrowUp from "lucide-solid/icons/circle-arrow-up";
import Tag from "lucide-solid/icons/tag";
import Trash from "lucide-solid/icons/trash";
import X from "lucide-solid/icons/x";
import { createSignal, For, type JSX, Show } from "solid-js";
import type { Image, ImageDetail } from "../../../../shared/protocol/image.ts";
import { images } from "../../lib/api/docker.ts";
import { refreshDocker, useImage } from "../../lib/docker-queries.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Callout, Card, CopyButton, confirm, ErrorState, Facts, IconButton, Skeleton, toast } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { imageName, shortId } from "./image-labels.ts";
import { TagDialog } from "./TagDialog.tsx";
import { UseList } from "./UsedBy.tsx";

export interface ImagePaneProps {
  image: Image;
  /** Services made of it that have a newer image. */
  outdated: readonly string[];
  onRemove: (image: Image) => void;
  onClose: () => void;
}

/** One image: its names, what it is made of, who uses it. */
export function ImagePane(props: ImagePaneProps) {
  const detail = useImage(() => props.image.id);
  const [tagging, setTagging] = createSignal(false);
  const untag = async (reference: string) => {
    const yes = await confirm({
      title: `Remove the name ${visibleName(reference)}?`,
      body: "The image itself stays while it has another name.",
      action: "Remove name",
    });
    if (!yes) return;
    await images.remove(props.image.id, { reference }).catch(toast.error);
    await refreshDocker();
  };
  return (
    <>
      <DetailHead
        title={<span class="truncate">{visibleName(imageName(props.image))}</span>}
        note={`${shortId(props.image.id)} · ${formatBytes(props.image.size)}`}
        actions={
          <Show when={session.may("docker:manage")}>
            <span class="row-actions">
              <IconButton label="Add a name" icon={<Tag size={14} />} onClick={() => setTagging(true)} />
              <IconButton label="Remove image" icon={<Trash size={14} />} onClick={() => props.onRemove(props.image)} />
            </span>
          </Show>
        }
        onClose={props.onClose}
      />
      <div class="detail-scroll">
        <Show when={props.outdated.length > 0}>
          <Callout tone="info" icon={<CircleArrowUp size={15} />}>
            The registry has a newer image for{" "}
            <For each={props.outdated}>
              {(service, index) => (
                <>
                  {index() > 0 ? ", " : ""}
                  <A href={`/services/${encodeURIComponent(service)}`}>{visibleName(service)}</A>
                </>
              )}
            </For>
            .
          </Callout>
        </Show>
        <Show
          when={detail.data}
          fallback={
            <Show when={detail.error} fallback={<Skeleton lines={10} />}>
              <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
            </Show>
          }
        >
          {(image) => <Details image={image()} onUntag={(tag) => void untag(tag)} />}
        </Show>
      </div>
      <Show when={tagging()}>
        <TagDialog image={props.image} onClose={() => setTagging(false)} />
      </Show>
    </>
  );
}

function Details(props: { image: ImageDetail; onUntag: (tag: string) => void }) {
  return (
    <div class="details-flow docker-flow">
      <Card title="Image">
        <Facts rows={facts(props.image)} />
      </Card>
      <Card title="Names">
        <Texts items={props.image.tags} none="It has no name: a newer image took it.">
          {(tag) => (
            <span class="row">
              <code class="truncate grow">{visibleName(tag)}</code>
              <Show when={session.may("docker:manage")}>
                <IconButton
                  size="sm"
                  label={`Remove the name ${visibleName(tag)}`}
                  icon={<X size={13} />}
                  onClick={() => props.onUntag(tag)}
                />
              </Show>
            </span>
          )}
        </Texts>
      </Card>
      <Card title="Used by">
        <UseList uses={props.image.usedBy} none="No container is made of it." />
      </Card>
      <Card title="Environment">
        <Texts items={props.image.environmentNames} none="It sets no variable." />
        <p class="faint env-note">Values are not sent to the browser.</p>
      </Card>
      <Card title="Labels">
        <Texts items={Object.entries(props.image.labels)} none="It has no label.">
          {([name, value]) => (
            <>
              <code class="faint">{visibleName(name)}</code> <code>{visibleName(value)}</code>
            </>
          )}
        </Texts>
      </Card>
      <Card title={`Layers (${props.image.layers.filter(({ size }) => size > 0).length})`} class="layers-card">
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
    </div>
  );
}

/** A list of texts from outside; shown as they are where no other form is given. */
export function Texts<T>(props: { items: readonly T[]; none: string; children?: (item: T) => JSX.Element }) {
  return (
    <Show when={props.items.length > 0} fallback={<p class="faint">{props.none}</p>}>
      <ul class="detail-list">
        <For each={props.items}>
          {(item) => <li>{props.children ? props.children(item) : <code>{visibleName(String(item))}</code>}</li>}
        </For>
      </ul>
    </Show>
  );
}

function facts(image: ImageDetail): [string, JSX.Element][] {
  const words = (parts: readonly string[]) => {
    const text = parts.map(visibleName).join(" ");
    return text ? <code>{text}</code> : "–";
  };
  return [
    [
      "Id",
      <span class="row">
        <code class="truncate">{shortId(image.id)}</code>
        <CopyButton label="Copy the full id" text={image.id} />
      </span>,
    ],
    ["Size", formatBytes(image.size)],
    ["Created", formatDateTime(image.createdAt)],
    ["Platform", `${visibleName(image.os)}/${visibleName(image.architecture)}`],
    ["Entrypoint", words(image.entrypoint)],
    ["Command", words(image.command)],
    ["User", image.user ? <code>{visibleName(image.user)}</code> : "root"],
    ["Folder", image.workingDirectory ? <code>{visibleName(image.workingDirectory)}</code> : "/"],
    ["Ports", words(image.exposedPorts)],
    ["Volumes", words(image.volumes)],
    ...image.digests.map((digest): [string, JSX.Element] => [
      "Digest",
      <span class="row">
        <code class="truncate" title={visibleName(digest)}>
          {visibleName(digest)}
        </code>
        <CopyButton label="Copy the digest" text={digest} />
      </span>,
    ]),
  ];
}
