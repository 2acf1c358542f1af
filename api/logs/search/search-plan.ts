import type { CatalogEntry } from "../store/segment-index.ts";
import type { LineKey } from "./line-key.ts";
import type { LinePattern } from "./line-pattern.ts";
import type { SourceFilter } from "./log-selection.ts";

export interface SearchPlan {
  entries: readonly CatalogEntry[];
  sources: SourceFilter;
  sourceId?: string;
  fromUs: number;
  toUs: number;
  pattern: LinePattern;
  /** Lines before, and after, these places. */
  before: LineKey | undefined;
  after: LineKey | undefined;
  backward: boolean;
  limit: number;
  /** Milliseconds. */
  timeLimit: number;
  onDamage(error: unknown): void;
}
