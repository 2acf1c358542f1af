import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { ShellExec } from "../../shared/docker/exec.ts";
import type { Principal } from "../../shared/protocol/access.ts";
import type { ShellEnd } from "../../shared/protocol/shell.ts";
import type { ShellRun, ShellViewer } from "./shell.ts";

/** A shell may take seconds to start on a busy host. */
const RESIZE_TRIES = 20;
/** Each wait is this much longer than the one before, in milliseconds. */
const RESIZE_RETRY_MS = 50;

export interface ShellSize {
  cols: number;
  rows: number;
}

/** A shell started by this server, until its output is dropped. */
export interface ShellEntry {
  run: ShellRun;
  /** The session that attached last: the shell ends with it. */
  principal: Principal;
  containerName: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Closes the connection to the Engine. */
  abort: AbortController;
  attached: Set<ShellViewer>;
  /** Reason why the server ends it; undefined while it does not. */
  reason: ShellEnd | undefined;
  idle: NodeJS.Timeout | undefined;
  resizing: Promise<void> | undefined;
  size: ShellSize;
}

export function createEntry(
  run: ShellRun,
  fields: Pick<ShellEntry, "principal" | "containerName" | "abort">,
): ShellEntry {
  return {
    ...fields,
    run,
    startedAt: Date.now(),
    attached: new Set(),
    reason: undefined,
    idle: undefined,
    resizing: undefined,
    size: { cols: 0, rows: 0 },
  };
}

/** Sets the size of a shell's terminal: one call at a time, the newest size last. Retries, since it fails right after the start. */
export function resizeShell(exec: Pick<DockerHost["exec"], "resize">, entry: ShellEntry, size: ShellSize): void {
  if (entry.run.over || (size.cols === entry.size.cols && size.rows === entry.size.rows)) return;
  entry.size = size;
  entry.resizing ??= (async () => {
    let actual: ShellSize | undefined;
    for (let tries = 1; tries <= RESIZE_TRIES && actual !== entry.size && !entry.run.over; tries++) {
      const requested = entry.size;
      try {
        await exec.resize(entry.run.exec.id, requested);
        actual = requested;
        tries = 0;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, tries * RESIZE_RETRY_MS));
      }
    }
    entry.resizing = undefined;
    // The next request sets it, also to the same size.
    if (actual !== entry.size) entry.size = { cols: 0, rows: 0 };
  })();
}

/** Whether a shell was opened by this principal, in this container, through this installation. */
export function isOwnShell(exec: ShellExec, owner: string, principal: Principal, containerId: string): boolean {
  const { kind, id } = exec.openedBy;
  return exec.owner === owner && exec.containerId === containerId && kind === principal.kind && id === principal.id;
}
