import type { DockerExec, ShellExec, ShellOptions } from "../../shared/docker/exec.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import { AppError } from "../../shared/server/errors.ts";

/** The Engine has no call that removes what was made and never began: it goes with its container only. */
const OF_ONE_MAX = 16;
const IN_ALL_MAX = 128;
/** A shell not started within this time may be replaced by its creator; a page starts its shell at once. */
const FORSAKEN_MS = 60_000;

/** An exec instance that was made, or is being made (no id yet), and has not begun as far as is known. */
interface Waiting extends Omit<ShellOptions, "owner"> {
  caller: string;
  id: string | undefined;
  since: number;
}

export interface WaitingShells {
  /**
   * Makes a shell, or gives out again what this session's user or key made alike and left.
   * @param caller Whose share it counts against: the user, for all the user's keys. Throws `rate_limited` when too many of the
   * caller's wait to begin, `overloaded` when too many wait in all.
   */
  make(options: ShellOptions, caller: string): Promise<ShellExec>;
}

/** Shells that were made and not begun: each costs the Engine memory, so there are only so many. */
export function createWaitingShells(
  exec: Pick<DockerExec, "create" | "inspect">,
  now: () => number = () => performance.now(),
): WaitingShells {
  const all = new Set<Waiting>();

  /** What has begun, has ended or went with its container waits no more. */
  const lookAt = async (waiting: Waiting): Promise<ShellExec | undefined> => {
    if (waiting.id === undefined) return undefined;
    try {
      const shell = await exec.inspect(waiting.id);
      if (!shell.running && shell.exitCode === null) return shell;
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found")) throw error;
    }
    all.delete(waiting);
    return undefined;
  };
  const look = singleFlight(async () => {
    for (const waiting of [...all]) await lookAt(waiting);
  });

  const isOf = (openedBy: ShellOptions["openedBy"]) => (waiting: Waiting) =>
    waiting.openedBy.kind === openedBy.kind && waiting.openedBy.id === openedBy.id;
  const refuse = (caller: string): AppError | undefined => {
    if ([...all].filter((waiting) => waiting.caller === caller).length >= OF_ONE_MAX) {
      return new AppError(
        "rate_limited",
        `${OF_ONE_MAX} shells that you made have not begun: begin one of them, or stop a container that holds some.`,
      );
    }
    if (all.size >= IN_ALL_MAX) {
      return new AppError(
        "overloaded",
        `${IN_ALL_MAX} shells were made and have not begun; they go with their containers.`,
      );
    }
  };

  return {
    async make(options, caller) {
      const { containerId, command, user, openedBy } = options;
      const isAlike = (waiting: Waiting) =>
        isOf(openedBy)(waiting) &&
        waiting.containerId === containerId &&
        waiting.command === command &&
        waiting.user === user;
      const forsaken = [...all].find((waiting) => isAlike(waiting) && now() - waiting.since >= FORSAKEN_MS);
      if (forsaken) {
        forsaken.since = now(); // nobody else gets it meanwhile
        const shell = await lookAt(forsaken);
        if (shell) return shell;
      }
      if (refuse(caller)) await look();
      const refusal = refuse(caller);
      if (refusal) throw refusal;
      const waiting: Waiting = { id: undefined, since: now(), containerId, command, user, openedBy, caller };
      all.add(waiting);
      try {
        const shell = await exec.create(options);
        waiting.id = shell.id;
        return shell;
      } catch (error) {
        all.delete(waiting);
        throw error;
      }
    },
  };
}
