import { toPlain } from "../../../shared/logs/plain-text.ts";
import type { CauseLine } from "../../../shared/protocol/watch.ts";
import { toMicros } from "../store/line-time.ts";
import type { CatalogEntry } from "../store/segment-index.ts";
import { createLinePattern, type LinePatternSpec } from "./line-pattern.ts";
import { selectSources } from "./log-selection.ts";
import { search, toStoredLogLine } from "./search.ts";

/** Containers of one request; those beyond have no line. */
export const CAUSES_MAX = 32;
/** Milliseconds for all of them: the page waits. */
const TIME_LIMIT_MS = 600;
const TEXT_MAX = 500;

/** A run of a container, of which the line is wanted that says why it failed. */
export interface CauseQuery {
  containerId: string;
  name: string;
  /** Milliseconds since the epoch: earlier lines belong to other runs. */
  since: number;
}

/** In this order: an error by its level, anything on stderr, the last words. */
const patterns: readonly LinePatternSpec[] = [
  { level: ["error", "fatal"] },
  { level: [], stream: "stderr" },
  { level: [] },
];

/** Finds for each run the last line that says what went wrong; containers without one are absent. By the container's id. */
export async function findCauseLines(
  entries: readonly CatalogEntry[],
  queries: readonly CauseQuery[],
  onDamage: (error: unknown) => void,
): Promise<Record<string, CauseLine>> {
  const found: Record<string, CauseLine> = {};
  const deadline = performance.now() + TIME_LIMIT_MS;
  for (const { containerId, name, since } of queries.slice(0, CAUSES_MAX)) {
    for (const [index, spec] of patterns.entries()) {
      const timeLimit = deadline - performance.now();
      if (timeLimit <= 0) return found;
      const { found: lines } = await search({
        entries,
        sources: selectSources({ container: [name] }),
        sourceId: containerId,
        pattern: createLinePattern(spec),
        fromUs: toMicros(since),
        toUs: Number.MAX_SAFE_INTEGER,
        before: undefined,
        after: undefined,
        backward: true,
        limit: 1,
        timeLimit,
        onDamage,
      });
      const line = lines[0] && toStoredLogLine(lines[0]);
      // An empty line says nothing; the next pattern may have a better one.
      const text = line && toPlain(line.text).trim().slice(0, TEXT_MAX);
      if (!line || !text) continue;
      const { level, stream, time } = line;
      found[containerId] = { text, time: new Date(time).toISOString(), level, stream, isError: index < 2 };
      break;
    }
  }
  return found;
}
