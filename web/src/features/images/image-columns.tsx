import { Show } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { columnBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createdColumn, usedByColumn } from "../../resource/columns.tsx";
import { Badge, type Column } from "../../ui/index.ts";
import { imageName, keptFor, shortId } from "./image-labels.ts";
import { imageLabels, imageMessages } from "./messages.ts";

/** @param isOutdated Whether the registry has a newer image for a service that uses it. */
export function createImageColumns(isOutdated: (image: Image) => boolean): Column<Image>[] {
  return [
    {
      id: "name",
      title: imageLabels.name,
      width: "clip",
      sortBy: imageName,
      cell: (row) => <ImageName image={row} isOutdated={isOutdated(row)} />,
    },
    {
      id: "id",
      title: imageLabels.id,
      width: "tight",
      only: "wide",
      cell: (row) => <code class="faint">{shortId(row.id)}</code>,
    },
    usedByColumn,
    createdColumn,
    {
      id: "size",
      title: imageLabels.size,
      width: "tight",
      align: "end",
      sortBy: (row) => row.size,
      cell: (row) => <span class="num">{columnBytes(row.size)}</span>,
    },
  ];
}

function ImageName(props: { image: Image; isOutdated: boolean }) {
  const tags = () => props.image.tags;
  return (
    <span class="row resource-name">
      <span class="truncate" classList={{ faint: tags().length === 0 }} title={tags().join(", ")}>
        {visibleName(imageName(props.image))}
      </span>
      <Show when={tags().filter((tag) => !keptFor([tag])).length > 1}>
        <Badge title={tags().join(", ")}>+{tags().length - 1}</Badge>
      </Show>
      <Show when={props.isOutdated}>
        <Badge tone="info">{imageMessages.newerAvailable}</Badge>
      </Show>
      <Show when={keptFor(tags())}>
        {(service) => (
          <Badge title={imageMessages.keptForRollbackHint(visibleName(service()))}>
            {imageMessages.keptForRollback(visibleName(service()))}
          </Badge>
        )}
      </Show>
    </span>
  );
}
