import type { McpDiagnosisStep } from "../../../shared/protocol/mcp-workbench.ts";
import { AppError } from "../../../shared/server/errors.ts";

type Step = McpDiagnosisStep["step"];

/** What one step found. */
export interface Finding {
  outcome: "ok" | "warning" | "failed";
  message: string;
  fix?: string;
  output?: string;
}

/** A diagnosis under way: its steps in their order. */
export interface Diagnosis {
  readonly steps: readonly McpDiagnosisStep[];
  /** Runs a step and records its time. An error it throws is a failure of the step. Returns whether it did not fail. */
  run(step: Step, look: () => Finding | Promise<Finding>): Promise<boolean>;
  skip(...steps: Step[]): void;
}

export function createDiagnosis(signal: AbortSignal): Diagnosis {
  const steps: McpDiagnosisStep[] = [];
  return {
    steps,
    async run(step, look) {
      const startedAt = performance.now();
      let found: Finding;
      try {
        found = await look();
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (!(error instanceof AppError)) throw error;
        found = { outcome: "failed", message: error.message };
      }
      const milliseconds = Math.round((performance.now() - startedAt) * 10) / 10;
      const { outcome, message, fix = null, output = null } = found;
      steps.push({ step, outcome, milliseconds, message, fix, output });
      return outcome !== "failed";
    },
    skip(...skipped) {
      for (const step of skipped) {
        steps.push({ step, outcome: "skipped", milliseconds: null, message: "Not reached.", fix: null, output: null });
      }
    },
  };
}
