import type { LogCollection, LogSourceKind } from "../../../shared/protocol/log-search.ts";

/** A log that is there now, and whether it is being read. */
export interface CollectedLog {
  kind: LogSourceKind;
  /** Id of its source in the store. */
  id: string;
  name: string;
  collection: LogCollection;
  /** Why lines are missing, as a sentence. */
  note?: string | undefined;
}
