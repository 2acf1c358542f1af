import type { ContainerUse } from "../../../shared/protocol/image.ts";
import { formatAgo, formatDateTime } from "../lib/format.ts";
import { visibleName } from "../lib/terminal-text.ts";
import type { Column } from "../ui/index.ts";
import { ContainerUseCount } from "./ContainerUses.tsx";

/** Columns that images, volumes and networks share. */

/** The containers that use the resource; sorted by their number. */
export const usedByColumn: Column<{ usedBy: readonly ContainerUse[] }> = {
  id: "use",
  title: "Used by",
  width: "tight",
  only: "middle",
  sortBy: (row) => row.usedBy.length,
  cell: (row) => <ContainerUseCount uses={row.usedBy} />,
};

/** The Compose project that created the resource. */
export const projectColumn: Column<{ composeProject: string | null }> = {
  id: "project",
  title: "Project",
  width: "tight",
  only: "wide",
  sortBy: (row) => row.composeProject ?? "",
  cell: (row) => (row.composeProject ? visibleName(row.composeProject) : <span class="faint">–</span>),
};

/** The age of the resource, with its time of creation as a tooltip. */
export const createdColumn: Column<{ createdAt: string | null }> = {
  id: "created",
  title: "Created",
  width: "tight",
  only: "wide",
  sortBy: (row) => row.createdAt ?? "",
  cell: (row) => <span title={formatDateTime(row.createdAt)}>{formatAgo(row.createdAt)}</span>,
};
