import type { Alert } from "../../../../../shared/protocol/alert.ts";
import type { CauseLine } from "../../../../../shared/protocol/watch.ts";
import type { WorkloadTarget } from "../target-actions.ts";

/** Something that needs attention, with its cause. `info`: worth knowing, and no fault. */
export interface Concern {
  id: string;
  tone: "bad" | "warn" | "info";
  what: string;
  why: string;
  /** Words of the Engine, output of the health check: untrusted text. */
  details: string[];
  /** What it wrote last. */
  line: CauseLine | null;
  /** The page that shows it. */
  href: string | null;
  /** Alerts that fire for it. */
  alerts: Alert[];
  /** What can be started or restarted. */
  target: WorkloadTarget | null;
}

export const concern = (fields: Pick<Concern, "id" | "tone" | "what" | "why"> & Partial<Concern>): Concern => ({
  details: [],
  line: null,
  href: null,
  alerts: [],
  target: null,
  ...fields,
});

/** Whether somebody takes care of it: all alerts that fire for it are acknowledged. */
export const isAcknowledged = ({ alerts }: Pick<Concern, "alerts">): boolean =>
  alerts.length > 0 && alerts.every(({ acknowledgedBy }) => acknowledgedBy !== null);
