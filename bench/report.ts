import { readable } from "./statistics.ts";

/** A target: a ratio to a baseline of the same run, or an absolute value. */
export interface Bound {
  value: number;
  atLeast?: number;
  atMost?: number;
}

export interface Row {
  what: string;
  /** Values for the table, in order. */
  metrics: Record<string, number>;
  bounds?: Record<string, Bound>;
}

export const isReached = ({ value, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Bound) =>
  value >= atLeast && value <= atMost;

const describe = (name: string, bound: Bound) => {
  const limit = bound.atLeast === undefined ? `at most ${bound.atMost}` : `at least ${bound.atLeast}`;
  return `${isReached(bound) ? "reached " : "MISSED  "} ${name}: ${readable(bound.value)} (${limit})`;
};

/** Formats a row: its values, and each target below. */
export function toText({ what, metrics, bounds = {} }: Row): string {
  const cells = Object.entries(metrics).map(([name, value]) => `${name} ${readable(value)}`);
  const lines = Object.entries(bounds).map(([name, bound]) => `    ${describe(name, bound)}`);
  return [`${what.padEnd(44)} ${cells.join("  ")}`, ...lines].join("\n");
}
