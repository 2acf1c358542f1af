import type { Service } from "../../../../../shared/protocol/service.ts";
import type { UsageTrends } from "../../../../../shared/protocol/watch.ts";
import type { Selection } from "../../../resource/selection.ts";
import type { ServiceActions } from "../actions/service-actions.ts";
import type { ServiceColumns } from "./service-columns.ts";
import type { ServiceGroup, Sorting } from "./service-list.ts";
import type { ServiceUsages } from "./service-usage.ts";

export interface ServiceTableProps {
  groups: readonly ServiceGroup[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  selected: string | null;
  onOpen: (service: Service) => void;
  actions: ServiceActions;
  onRemove: (service: Service) => void;
  /** A container is open beside the table: shows names only. */
  narrow: boolean;
  /** Rows selected for their logs and for bulk actions. */
  selection: Selection;
  columns: ServiceColumns;
  usages: ServiceUsages;
  trends: UsageTrends | null | undefined;
}
