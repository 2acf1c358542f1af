import type { DatabaseSync } from "node:sqlite";
import { createSteps, type Steps, type StepsDeps } from "./steps.ts";

/** The first steps of this installation, and whether an administrator put them away. */
export interface GettingStarted extends Steps {
  dismissed(): boolean;
  setDismissed(dismissed: boolean): void;
}

export function createGettingStarted({ database, ...deps }: StepsDeps & { database: DatabaseSync }): GettingStarted {
  const read = database.prepare("SELECT dismissed FROM getting_started WHERE id = 1");
  const write = database.prepare("INSERT OR REPLACE INTO getting_started (id, dismissed) VALUES (1, ?)");
  return {
    ...createSteps(deps),
    dismissed: () => read.get()?.dismissed === 1,
    setDismissed: (dismissed) => void write.run(Number(dismissed)),
  };
}
