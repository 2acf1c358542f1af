import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { ShellReport } from "../../shared/protocol/shell.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { Log } from "../../shared/server/log.ts";

/**
 * Ends the shells of a killed server, whose terminals nobody can reach any more. Only if there is one realtime server: with
 * several, they can be shells of another.
 */
export async function endOrphanedShells(
  docker: Pick<DockerHost, "list" | "exec">,
  owner: string,
  report: (report: ShellReport) => void,
  log: Log,
): Promise<void> {
  try {
    for (const { id, name, state } of await docker.list()) {
      if (state !== "running") continue;
      for (const shell of await docker.exec.list(id).catch(() => [])) {
        if (shell.owner !== owner) continue;
        await docker.exec.end(shell).catch((error: unknown) => {
          log.warn({ err: error, shell: shell.id }, "an orphaned shell could not be ended");
        });
        const seconds = Math.max(0, Math.round((Date.now() - shell.openedAt) / 1_000));
        report({
          shellId: shell.id,
          containerName: name,
          principal: shell.openedBy,
          code: "lost",
          exitCode: null,
          seconds,
        });
      }
    }
  } catch (error) {
    if (error instanceof UnavailableError) return; // without an Engine there are none, and its absence is logged elsewhere
    log.warn({ err: error }, "orphaned shells could not be searched for");
  }
}
