import type { ContainerInspectInfo } from "dockerode";
import type { EngineCalls } from "../../../shared/docker/engine-calls.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { RecreateEntry } from "./recreate-journal.ts";
import { asideName, createContainerMoves, nextName } from "./recreate-steps.ts";

/**
 * What was found of a container whose making anew was interrupted.
 * - `untouched`: nothing was left to do
 * - `cleaned`: the old one is where it was, and an unfinished new one is removed
 * - `taken-back`: the old one is back under its name
 * - `both-kept`: the new one took its place; the old one stays as a backup to look into
 * - `gone`: the old one is no more
 */
export type RecoveryOutcome = "untouched" | "cleaned" | "taken-back" | "both-kept" | "gone";
export type RecoverRecreate = (entry: RecreateEntry) => Promise<RecoveryOutcome>;

/** Takes back what a killed server left half done. A new container that has ever served is never removed. */
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
    // Whatever became of the old one: a container of this name has never taken its place.
    const isLeftOver = made !== undefined && made.Id !== old?.Id && nameOf(made) === nextName(name, mark);
    if (isLeftOver) await moves.remove(made.Id, true);
    const unchanged = isLeftOver ? "cleaned" : "untouched";
    if (!old) return "gone";
    const isAside = nameOf(old) === asideName(name, mark);
    if (!isAside && nameOf(old) !== name) return unchanged; // somebody has named it since
    if (isAside && there) {
      const mayGo = there.Id === made?.Id && (phase === "restore" || !hasStarted(there));
      if (!mayGo) return "both-kept";
    }
    let acted = false;
    if (made && made.Id === there?.Id && made.Id !== old.Id) {
      await moves.remove(made.Id, true);
      acted = true;
    }
    if (isAside) {
      await moves.rename(old.Id, name);
      acted = true;
    }
    if (!wasRunning) return acted ? "taken-back" : unchanged;
    // The Engine may still be at what it was told: to start what is being stopped does nothing.
    if (phase === "stop" && old.State.Running) await moves.stop(old);
    const { State } = await calls.inspect(old.Id);
    if (!State.Running && !State.Restarting) {
      await moves.start(old.Id);
      acted = true;
    }
    return acted ? "taken-back" : unchanged;
  };
}

const nameOf = ({ Name }: ContainerInspectInfo): string => Name.replace(/^\//, "");
/** The Engine writes the year 1 for never. */
const hasStarted = ({ State }: ContainerInspectInfo): boolean => Date.parse(State.StartedAt) > 0;
