import { isReached, type Row } from "./report.ts";
import { readable } from "./statistics.ts";

/** A row as a results file holds it. */
export type StoredRow = Row & { group: string };

/** Differences below this share are noise of the machine. */
const MIN_CHANGE = 0.1;

/**
 * Compares a run with a stored one. Returns a line for each measurement that moved by a tenth or more, and for each bound
 * that is reached or missed now and was not before; rows that only one of them has are left out.
 */
export function compareRuns(before: readonly StoredRow[], after: readonly StoredRow[]): string[] {
  const keyOf = ({ group, what }: StoredRow) => `${group}: ${what}`;
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  return after.flatMap((row) => {
    const old = earlier.get(keyOf(row));
    return old ? [...movedMetrics(old, row), ...changedBounds(old, row)].map((line) => `${keyOf(row)}: ${line}`) : [];
  });
}

function movedMetrics(old: Row, row: Row): string[] {
  return Object.entries(row.metrics).flatMap(([name, value]) => {
    const was = old.metrics[name];
    if (was === undefined || !Number.isFinite(was) || !Number.isFinite(value) || was === value) return [];
    const change = was === 0 ? Number.POSITIVE_INFINITY : value / was - 1;
    if (Math.abs(change) < MIN_CHANGE) return [];
    const share = Number.isFinite(change) ? ` (${change > 0 ? "+" : ""}${Math.round(change * 100)} %)` : "";
    return [`${name} ${readable(was)} -> ${readable(value)}${share}`];
  });
}

function changedBounds(old: Row, row: Row): string[] {
  return Object.entries(row.bounds ?? {}).flatMap(([name, bound]) => {
    const was = old.bounds?.[name];
    if (!was || isReached(was) === isReached(bound)) return [];
    return [`${isReached(bound) ? "reached now" : "MISSED now"} ${name}: ${readable(bound.value)}`];
  });
}
