import type { Service } from "../../../../shared/protocol/service.ts";
import type { ServiceDeeds } from "./service-actions.ts";
import type { ServiceColumns } from "./service-columns.ts";
import type { ServiceGroup, Sorting } from "./service-list.ts";
import type { ServiceMarks } from "./service-marks.ts";
import type { ServiceUsages } from "./service-usage.ts";

export interface ServiceTableProps {
  groups: readonly ServiceGroup[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  selected: string | null;
  onOpen: (service: Service) => void;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  /** Something is open beside the table: names only. */
  narrow: boolean;
  /** Rows that are marked for doing something with all of them; absent for those who may only look. */
  marks?: ServiceMarks;
  columns: ServiceColumns;
  usages: ServiceUsages;
}
