import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { Volume, VolumeDetail } from "../../../../shared/protocol/volume.ts";
import { useVolume } from "../../lib/docker-queries.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, Card, CopyButton, ErrorState, Facts, IconButton, Skeleton } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { Texts } from "../images/ImagePane.tsx";
import { UseList } from "../images/UsedBy.tsx";

export interface VolumePaneProps {
  volume: Volume;
  /** Bytes; undefined while they are not known. */
  size: number | undefined;
  onRemove: (volume: Volume) => void;
  onClose: () => void;
}

/** One volume: where it is, and who has it where. */
export function VolumePane(props: VolumePaneProps) {
  const detail = useVolume(() => props.volume.name);
  const used = () => props.volume.usedBy.length > 0;
  return (
    <>
      <DetailHead
        title={<span class="truncate">{visibleName(props.volume.name)}</span>}
        note={`${visibleName(props.volume.driver)}${props.size === undefined ? "" : ` · ${formatBytes(props.size)}`}`}
        actions={
          <Show when={session.may("docker:manage")}>
            <IconButton
              label={used() ? "In use: remove its containers first" : "Remove volume"}
              icon={<Trash size={14} />}
              disabled={used()}
              onClick={() => props.onRemove(props.volume)}
            />
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
          {(volume) => <Details volume={volume()} uses={props.volume.usedBy} size={props.size} />}
        </Show>
      </div>
    </>
  );
}

function Details(props: { volume: VolumeDetail; uses: Volume["usedBy"]; size: number | undefined }) {
  return (
    <div class="docker-flow">
      <Card title="Volume">
        <Facts
          rows={[
            [
              "Name",
              <span class="row">
                <code class="truncate">{visibleName(props.volume.name)}</code>
                <CopyButton label="Copy the name" text={props.volume.name} />
              </span>,
            ],
            ["Size", props.size === undefined ? "–" : formatBytes(props.size)],
            ["Driver", visibleName(props.volume.driver)],
            ["Place", <code>{visibleName(props.volume.mountpoint)}</code>],
            ["Created", formatDateTime(props.volume.createdAt)],
            ["Project", props.volume.composeProject ? visibleName(props.volume.composeProject) : "–"],
          ]}
        />
      </Card>
      <Card title="Used by">
        <UseList uses={props.uses} none="No container has it." />
      </Card>
      <Card title="Mounted at">
        <Texts items={props.volume.mounts} none="Nowhere.">
          {(mount) => (
            <span class="row row-wrap">
              <span class="truncate">{visibleName(mount.container)}</span>
              <code class="truncate">{visibleName(mount.destination)}</code>
              <Show when={mount.readOnly}>
                <Badge tone="info">read only</Badge>
              </Show>
            </span>
          )}
        </Texts>
      </Card>
      <Card title="Labels">
        <Pairs pairs={props.volume.labels} none="It has no label." />
      </Card>
      <Show when={Object.keys(props.volume.options).length > 0}>
        <Card title="Options of the driver">
          <Pairs pairs={props.volume.options} none="None." />
        </Card>
      </Show>
    </div>
  );
}

/** Names and values from outside. */
export function Pairs(props: { pairs: Record<string, string>; none: string }) {
  return (
    <Texts items={Object.entries(props.pairs)} none={props.none}>
      {([name, value]) => (
        <>
          <code class="faint">{visibleName(name)}</code> <code>{visibleName(value)}</code>
        </>
      )}
    </Texts>
  );
}
