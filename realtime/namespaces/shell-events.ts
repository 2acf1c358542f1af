import { may } from "../../shared/protocol/access.ts";
import type { ServiceRef } from "../../shared/protocol/events/services.ts";
import { shellInput, shellOpening, shellProgress, shellRef, shellResize } from "../../shared/protocol/shell.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { ShellViewer } from "../shells/shell.ts";
import type { Shells } from "../shells/shells.ts";
import { createHandle } from "./handle.ts";
import type { SocketOf } from "./namespace.ts";

/** Rate limit of shell input, which includes mouse reports; separate from the limit of subscriptions. */
const EVENTS_PER_SECOND = 60;
const EVENT_BURST = 200;
/** Output that a `shell:progress` confirms, in bytes, from which it is not counted: the rate of the output limits these. */
const FREE_PROGRESS_BYTES = 16 * 1024;
/** Shells that one socket can view at the same time. */
const MAX_VIEWED = 16;

export interface ShellEventsDeps {
  shells: Shells;
  /** Finds a container that the caller may see. */
  resolve(socket: SocketOf<"services">, ref: ServiceRef): Promise<{ id: string; name: string }>;
  log: Log;
}

/** Registers the shell events of one socket. */
export function registerShellEvents(socket: SocketOf<"services">, { shells, resolve, log }: ShellEventsDeps): void {
  const viewed = new Map<string, ShellViewer>();
  const viewerOf = (shellId: string): ShellViewer => {
    const viewer = viewed.get(shellId);
    if (!viewer) throw new AppError("not_found", "This connection is not attached to such a shell.");
    return viewer;
  };
  const leave = (shellId: string) => {
    const viewer = viewed.get(shellId);
    if (!viewer) return;
    viewed.delete(shellId);
    shells.detach(shellId, viewer);
  };
  const handle = createHandle({
    socket: socket,
    log,
    echo: ["serviceId", "containerName", "shellId"],
    perSecond: EVENTS_PER_SECOND,
    burst: EVENT_BURST,
    release() {
      for (const shellId of [...viewed.keys()]) leave(shellId);
    },
  });
  const shell = ({ shellId }: { shellId: string }) => shellId;
  const createViewer = (shellId: string): ShellViewer => ({
    output: (data, offset) => void socket.emit("shell:output", { shellId, data, offset }),
    gap: (from, to) => void socket.emit("shell:gap", { shellId, from, to }),
    closed({ code, exitCode }) {
      viewed.delete(shellId);
      socket.emit("shell:closed", { shellId, code, exitCode: exitCode ?? undefined });
    },
  });

  handle.join("shell:open", shellOpening, shell, async (asked, signal) => {
    const { serviceId, containerName, shellId, cols, rows, since } = asked;
    const { principal } = socket.data;
    if (!may(principal, "services:shell")) throw new AppError("forbidden", "You are not allowed to open a shell.");
    const container = await unlessAborted(resolve(socket, { serviceId, containerName }), signal);
    if (!viewed.has(shellId) && viewed.size >= MAX_VIEWED) {
      throw new AppError("rate_limited", `One connection views at most ${MAX_VIEWED} shells.`);
    }
    const viewer = viewed.get(shellId) ?? createViewer(shellId);
    const size = { cols, rows };
    viewed.set(shellId, viewer); // before it starts: it can end at once
    try {
      const opened = shells.open({ principal, container, shellId, size, since, viewer, signal });
      const { end } = await unlessAborted(opened, signal);
      return { shellId, end };
    } catch (error) {
      if (viewed.get(shellId) === viewer) leave(shellId);
      throw error;
    }
  });
  handle.use("shell:input", shellInput, shell, ({ shellId, data }) => {
    shells.input(shellId, viewerOf(shellId), data);
    return undefined;
  });
  handle.use("shell:resize", shellResize, shell, ({ shellId, cols, rows }) => {
    shells.resize(shellId, viewerOf(shellId), { cols, rows });
    return undefined;
  });
  handle.use(
    "shell:progress",
    shellProgress,
    shell,
    ({ shellId, offset }) => {
      shells.progress(shellId, viewerOf(shellId), offset);
      return undefined;
    },
    // A refused one would stop the output for good: nothing would follow that the viewer could confirm.
    ({ shellId, offset }) => {
      const viewer = viewed.get(shellId);
      return viewer !== undefined && shells.unconfirmed(shellId, viewer, offset) >= FREE_PROGRESS_BYTES;
    },
  );
  handle.leave("shell:leave", shellRef, shell, ({ shellId }) => {
    leave(shellId);
    return undefined;
  });
  handle.use("shell:close", shellRef, shell, async ({ shellId }) => {
    await shells.end(shellId, viewerOf(shellId));
    return undefined;
  });
}
