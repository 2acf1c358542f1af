import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { Volume, VolumeDetail } from "../../../../shared/protocol/volume.ts";
import { useVolume } from "../../lib/docker-queries.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ContainerUseList } from "../../resource/ContainerUses.tsx";
import { ResourceDetail } from "../../resource/ResourceDetail.tsx";
import { PairList, TextList } from "../../resource/TextList.tsx";
import { Badge, Card, CopyButton, Facts, IconButton } from "../../ui/index.ts";
import { volumeLabels, volumeMessages } from "./messages.ts";

export interface VolumePaneProps {
  volume: Volume;
  /** Bytes; undefined while they are unknown. */
  size: number | undefined;
  onRemove: (volume: Volume) => void;
  onClose: () => void;
}

/** Details of one volume, and where containers mount it. */
export function VolumePane(props: VolumePaneProps) {
  const session = useSession();
  const detail = useVolume(() => props.volume.name);
  const used = () => props.volume.usedBy.length > 0;
  return (
    <ResourceDetail
      title={visibleName(props.volume.name)}
      note={`${visibleName(props.volume.driver)}${props.size === undefined ? "" : ` · ${formatBytes(props.size)}`}`}
      actions={
        <Show when={session.may("docker:manage")}>
          <IconButton
            label={used() ? volumeMessages.removeInUse : volumeMessages.remove}
            icon={<Trash size={14} />}
            disabled={used()}
            onClick={() => props.onRemove(props.volume)}
          />
        </Show>
      }
      onClose={props.onClose}
      query={detail}
    >
      {(volume) => <Details volume={volume()} uses={props.volume.usedBy} size={props.size} />}
    </ResourceDetail>
  );
}

function Details(props: { volume: VolumeDetail; uses: Volume["usedBy"]; size: number | undefined }) {
  return (
    <div class="detail-cards">
      <Card title={volumeLabels.volume}>
        <Facts
          rows={[
            [
              "Name",
              <span class="row">
                <code class="truncate">{visibleName(props.volume.name)}</code>
                <CopyButton label={volumeLabels.copyTheName} text={props.volume.name} />
              </span>,
            ],
            ["Size", props.size === undefined ? "–" : formatBytes(props.size)],
            ["Driver", visibleName(props.volume.driver)],
            ["Mount point", <code>{visibleName(props.volume.mountpoint)}</code>],
            ["Created", formatDateTime(props.volume.createdAt)],
            ["Project", props.volume.composeProject ? visibleName(props.volume.composeProject) : "–"],
          ]}
        />
      </Card>
      <Card title={volumeLabels.usedBy}>
        <ContainerUseList uses={props.uses} none={volumeMessages.noContainers} />
      </Card>
      <Card title={volumeLabels.mountedAt}>
        <TextList items={props.volume.mounts} none={volumeMessages.noMounts}>
          {(mount) => (
            <span class="row row-wrap">
              <span class="truncate">{visibleName(mount.container)}</span>
              <code class="truncate">{visibleName(mount.destination)}</code>
              <Show when={mount.readOnly}>
                <Badge tone="info">read only</Badge>
              </Show>
            </span>
          )}
        </TextList>
      </Card>
      <Card title={volumeLabels.labels}>
        <PairList pairs={props.volume.labels} none={volumeMessages.noLabels} />
      </Card>
      <Show when={Object.keys(props.volume.options).length > 0}>
        <Card title={volumeLabels.driverOptions}>
          <PairList pairs={props.volume.options} none="" />
        </Card>
      </Show>
    </div>
  );
}
