import type { ContainerInspectInfo } from "dockerode";
import type { EngineCalls } from "../../../shared/docker/engine-calls.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { RecreateEntry } from "./recreate-journal.ts";
import { backupName, createContainerMoves, nextName } from "./recreate-steps.ts";

/**
 * Result of the recovery of an interrupted recreate.
 * - `untouched`: no step was left to undo
 * - `cleaned`: the old container was in place, and the unfinished new one is removed
 * - `restored`: the old container has its name again, and runs if it ran before
 * - `backup-left`: the new container has taken its place; the old one remains as a backup
 * - `gone`: the old container no longer exists
 */
export type RecoveryOutcome = "untouched" | "cleaned" | "restored" | "backup-left" | "gone";
export type RecoverRecreate = (entry: RecreateEntry) => Promise<RecoveryOutcome>;

/** Rolls back a recreate that a killed server left unfinished. Never removes a new container that has ever started. */
export function createRecoverRecreate(calls: EngineCalls): RecoverRecreate {
  const moves = createContainerMoves(calls);
  const find = (ref: string): Promise<ContainerInspectInfo | undefined> =>
    calls.inspect(ref).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      throw error;
    });

  return async ({ mark, name, oldId, newId, wasRunning, phase }) => {
    const [old, there, made] = await Promise.all([
      ...([find(oldId), find(name), find(newId ?? nextName(name, mark))] as const),
    ]);
    // A container with this name has never replaced the old one.
    const isUnfinished = made !== undefined && made.Id !== old?.Id && nameOf(made) === nextName(name, mark);
    if (isUnfinished) await moves.remove(made.Id, true);
    const unchanged = isUnfinished ? "cleaned" : "untouched";
    if (!old) return "gone";
    const isBackup = nameOf(old) === backupName(name, mark);
    if (!isBackup && nameOf(old) !== name) return unchanged; // it was renamed since
    if (isBackup && there) {
      const mayReplace = there.Id === made?.Id && (phase === "restore" || !hasStarted(there));
      if (!mayReplace) return "backup-left";
    }
    let acted = false;
    if (made && made.Id === there?.Id && made.Id !== old.Id) {
      await moves.remove(made.Id, true);
      acted = true;
    }
    if (isBackup) {
      await moves.rename(old.Id, name);
      acted = true;
    }
    if (!wasRunning) return acted ? "restored" : unchanged;
    // The Engine may still be stopping it, and would ignore a start.
    if (phase === "stop" && old.State.Running) await moves.stop(old);
    const { State } = await calls.inspect(old.Id);
    if (!State.Running && !State.Restarting) {
      await moves.start(old.Id);
      acted = true;
    }
    return acted ? "restored" : unchanged;
  };
}

const nameOf = ({ Name }: ContainerInspectInfo): string => Name.replace(/^\//, "");
/** The Engine reports the year 1 for a container that never started. */
const hasStarted = ({ State }: ContainerInspectInfo): boolean => Date.parse(State.StartedAt) > 0;
