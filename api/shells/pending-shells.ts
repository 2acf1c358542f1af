import type { DockerExec, ShellExec, ShellOptions } from "../../shared/docker/exec.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** Bounds of shells that have not started. The Engine cannot remove one: it ends with its container. */
const MAX_PER_CALLER = 16;
const MAX_TOTAL = 128;
/** A shell not started within this time may be replaced by its creator; a page starts its shell at once. */
const ABANDONED_AFTER_MS = 60_000;

/** An exec instance that is created, or is being created (no id yet), and has not started. */
interface PendingShell extends Omit<ShellOptions, "owner"> {
  caller: string;
  id: string | undefined;
  since: number;
}

export interface PendingShells {
  /**
   * Creates a shell, or returns an equal one that the same user or key created and abandoned.
   *
   * @param caller The user, for all sessions and keys of the user.
   * @throws AppError `rate_limited` when too many shells of the caller have not started, `overloaded` when too many in all
   *   have not
   */
  make(options: ShellOptions, caller: string): Promise<ShellExec>;
}

/** Bounds the shells that were created and have not started, because each costs memory of the Engine. */
export function createPendingShells(
  exec: Pick<DockerExec, "create" | "inspect">,
  now: () => number = () => performance.now(),
): PendingShells {
  const all = new Set<PendingShell>();

  /** Returns the shell if it has not started. Forgets one that has started, ended or lost its container. */
  const inspectPending = async (waiting: PendingShell): Promise<ShellExec | undefined> => {
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
  const inspectAll = singleFlight(async () => {
    for (const waiting of [...all]) await inspectPending(waiting);
  });

  const isOf = (openedBy: ShellOptions["openedBy"]) => (waiting: PendingShell) =>
    waiting.openedBy.kind === openedBy.kind && waiting.openedBy.id === openedBy.id;
  const refuse = (caller: string): AppError | undefined => {
    if ([...all].filter((waiting) => waiting.caller === caller).length >= MAX_PER_CALLER) {
      return new AppError("rate_limited", messages.tooManyOfCaller(MAX_PER_CALLER));
    }
    if (all.size >= MAX_TOTAL) {
      return new AppError("overloaded", messages.tooMany(MAX_TOTAL));
    }
  };

  return {
    async make(options, caller) {
      const { containerId, command, user, openedBy } = options;
      const isAlike = (waiting: PendingShell) =>
        isOf(openedBy)(waiting) &&
        waiting.containerId === containerId &&
        waiting.command === command &&
        waiting.user === user;
      const abandoned = [...all].find((waiting) => isAlike(waiting) && now() - waiting.since >= ABANDONED_AFTER_MS);
      if (abandoned) {
        abandoned.since = now(); // no other request gets it meanwhile
        const shell = await inspectPending(abandoned);
        if (shell) return shell;
      }
      if (refuse(caller)) await inspectAll();
      const refusal = refuse(caller);
      if (refusal) throw refusal;
      const waiting: PendingShell = { id: undefined, since: now(), containerId, command, user, openedBy, caller };
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
