import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Names of the groups to run; all when absent. */
  only: string[] | undefined;
  /** Runs one short repetition of the main cases. */
  quick: boolean;
  repetitions: number;
  /** Length of one measurement. */
  seconds: number;
  /** Results file of an earlier run to compare with. */
  compare: string | undefined;
}

export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      quick: { type: "boolean" },
      repetitions: { type: "string" },
      compare: { type: "string" },
    },
  });
  const quick = values.quick ?? false;
  const repetitions = Number(values.repetitions ?? (quick ? 1 : 3));
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error("--repetitions must be a whole number");
  return { only: values.only?.split(","), quick, repetitions, seconds: quick ? 1.5 : 2, compare: values.compare };
}
