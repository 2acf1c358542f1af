import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { canSeeService } from "../../shared/protocol/access.ts";
import type { ShellEnd, ShellReport } from "../../shared/protocol/shell.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { ShellEntry } from "./shell-entry.ts";

/** Exit code after SIGHUP: 128 plus its number. */
const HUNG_UP = 129;
/** Exit code after SIGKILL: 128 plus its number. */
const KILLED = 137;
const KILLED_CHECKS = 15;
const KILLED_CHECK_MS = 100;

export interface ShellEndingsOptions {
  docker: Pick<DockerHost, "exec" | "identify">;
  report: (report: ShellReport) => void;
  log: Log;
  /** Called once for each shell that has ended. */
  onEnded(entry: ShellEntry): void;
}

export interface ShellEndings {
  /** Ends a running shell. Resolves when its end is reported; never rejects. */
  kill(entry: ShellEntry, reason: ShellEnd): Promise<void>;
  /** Finds out why a shell's stream ended, and reports it. */
  settle(entry: ShellEntry, refusal: "no_shell" | "no_user" | undefined): Promise<void>;
  /** Ends a shell if its container was renamed to a name that its owner may not see. */
  endIfHidden(entry: ShellEntry): Promise<void>;
  /** Reports the end of a shell, once. */
  finish(entry: ShellEntry, code: ShellEnd, exitCode: number | null): void;
}

/** Ends shells, and finds and reports why a shell ended. */
export function createShellEndings({ docker, report, log, onEnded }: ShellEndingsOptions): ShellEndings {
  const finish: ShellEndings["finish"] = (entry, code, exitCode) => {
    if (entry.run.over) return;
    entry.run.finish({ code, exitCode });
    entry.abort.abort();
    entry.attached.clear();
    onEnded(entry);
    const { kind, id } = entry.principal;
    report({
      shellId: entry.run.exec.id,
      containerName: entry.containerName,
      principal: { kind, id },
      code,
      exitCode,
      seconds: Math.round((Date.now() - entry.startedAt) / 100) / 10,
    });
  };

  const settle: ShellEndings["settle"] = async (entry, refusal) => {
    const { id, containerId } = entry.run.exec;
    const exec = await docker.exec.inspect(id).catch(() => undefined);
    const exitCode = exec && !exec.running ? exec.exitCode : null;
    if (entry.reason) return finish(entry, entry.reason, exitCode);
    const container = await identifyAfterKill(docker, containerId, exitCode === KILLED);
    if (container instanceof Error) {
      return finish(entry, container.code === "not_found" ? "container" : "unavailable", exitCode);
    }
    if (!container.running) return finish(entry, "container", exitCode);
    if (refusal) return finish(entry, refusal, exitCode);
    if (exec?.running) {
      // The connection broke but the shell still runs: it is ended, since nobody can use it without its terminal.
      await docker.exec.end(exec).catch(() => undefined);
      return finish(entry, "unavailable", null);
    }
    // The API or another server ended it: whenever this server ends a shell, it has a reason.
    if (exitCode === HUNG_UP) return finish(entry, "ended", exitCode);
    finish(entry, exec ? "exited" : "unavailable", exitCode);
  };

  const kill: ShellEndings["kill"] = async (entry, reason) => {
    entry.reason ??= reason;
    try {
      await docker.exec.end(entry.run.exec);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found"))
        log.warn({ err: error, shell: entry.run.exec.id }, "a shell could not be ended");
    }
    await settle(entry, undefined);
  };

  return {
    finish,
    settle,
    kill,
    async endIfHidden(entry) {
      if (entry.run.over || entry.principal.limits.services === null) return;
      // A removed container ends its shells itself. If the Engine is unavailable, its return triggers another check.
      const container = await docker.identify(entry.run.exec.containerId).catch(() => undefined);
      if (container && !canSeeService(entry.principal.limits, container.name)) await kill(entry, "revoked");
    },
  };
}

/** Reads the state of the container. Waits a moment if it still runs: a killed container ends its shells first. */
async function identifyAfterKill(docker: Pick<DockerHost, "identify">, containerId: string, isKilled: boolean) {
  for (let checks = isKilled ? KILLED_CHECKS : 1; ; checks--) {
    const container = await docker.identify(containerId).catch((error: unknown) => error as AppError);
    if (checks <= 1 || container instanceof Error || !container.running) return container;
    await new Promise((resolve) => setTimeout(resolve, KILLED_CHECK_MS));
  }
}
