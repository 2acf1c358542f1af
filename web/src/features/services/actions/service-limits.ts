import type { ServiceLimits } from "../../../../../shared/protocol/service-change.ts";
import type { LimitsInput } from "../../../lib/api/services.ts";

/** Texts of the form; an empty one means no limit. */
export interface LimitsFields {
  /** MiB. */
  memory: string;
  cpus: string;
  pids: string;
  policy: ServiceLimits["restartPolicy"];
  retries: string;
}

export type LimitsField = "memory" | "cpus" | "pids" | "retries";

const MIB = 1024 ** 2;
/** Smallest memory limit that the Engine accepts. */
const MEMORY_MIN_MIB = 6;
const keptUntilRecreated = "A limit can be changed here, but removed only by recreating the container.";

/** The form for the limits that a container has. */
export function toLimitsFields(limits: ServiceLimits): LimitsFields {
  const text = (value: number | null) => (value === null ? "" : String(value));
  return {
    memory: text(limits.memoryBytes === null ? null : limits.memoryBytes / MIB),
    cpus: text(limits.cpus),
    pids: text(limits.pids),
    policy: limits.restartPolicy,
    retries: String(limits.restartRetries),
  };
}

/**
 * Compares the form with the limits that a container has.
 * @returns `body` holds only what differs, as the API takes it; `problems` a sentence for each invalid field.
 */
export function toLimitsChange(before: ServiceLimits, fields: LimitsFields) {
  const problems = new Map<LimitsField, string>();
  const body: LimitsInput = {};
  const read = (field: LimitsField, whole: boolean): number | null => {
    const text = fields[field].trim().replace(",", ".");
    if (text === "") return null;
    const value = Number(text);
    const fits = Number.isFinite(value) && value >= 0 && (!whole || Number.isInteger(value));
    if (!fits) problems.set(field, whole ? "A whole number." : "A number.");
    return value;
  };

  const memory = read("memory", false);
  if (memory === null && before.memoryBytes !== null) problems.set("memory", keptUntilRecreated);
  else if (memory !== null && memory < MEMORY_MIN_MIB) problems.set("memory", `At least ${MEMORY_MIN_MIB} MiB.`);
  else if (memory !== null && Math.round(memory * MIB) !== before.memoryBytes) body.memory = Math.round(memory * MIB);

  const cpus = read("cpus", false);
  if (cpus === null && before.cpus !== null) problems.set("cpus", keptUntilRecreated);
  else if (cpus !== null && cpus < 0.01) problems.set("cpus", "At least 0.01.");
  else if (cpus !== null && cpus !== before.cpus) body.cpus = cpus;

  const pids = read("pids", true);
  if (pids !== before.pids && !(pids === 0 && before.pids === null)) body.pids = pids ?? 0;

  const retries = fields.policy === "on-failure" ? (read("retries", true) ?? 0) : 0;
  if (fields.policy !== before.restartPolicy || retries !== before.restartRetries) {
    body.restartPolicy = { name: fields.policy, retries };
  }
  return { body, problems };
}
