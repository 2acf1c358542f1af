import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { ShellExec } from "../../shared/docker/exec.ts";
import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import type { ShellReport } from "../../shared/protocol/shell.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Authenticator } from "../deps.ts";
import { createShellRun, type ShellViewer } from "./shell.ts";
import { createShellEndings, type ShellEndings } from "./shell-endings.ts";
import { createEntry, isOwnShell, resizeShell, type ShellEntry, type ShellSize } from "./shell-entry.ts";

/** Open shells of one user, API keys included. */
const MAX_PER_USER = 8;
/** Open shells in total, and ended shells with stored output. */
const MAX_TOTAL = 32;
/** Milliseconds without a viewer after which a shell is ended, or the output of an ended shell is dropped. */
const IDLE_MS = 10 * 60_000;
/** Interval at which sessions are checked again, as those of sockets are. */
const RECHECK_MS = 60_000;
/** Longest wait for shells to end when the server stops. */
const CLOSE_MS = 3_000;

export interface OpenShell {
  principal: Principal;
  container: { id: string; name: string };
  shellId: string;
  size: ShellSize;
  /** Offset of the output to send first. */
  since: number;
  viewer: ShellViewer;
  /** Aborts when the viewer leaves: the shell may have started, with nobody attached to it. */
  signal: AbortSignal;
}

/** The terminals of the shells that run through this server. */
export interface Shells {
  /**
   * Starts the shell, or attaches to it.
   * @returns the offset of its output's end.
   * @throws AppError `not_found`, `gone`, `rate_limited`, `overloaded`, `upstream_unavailable`.
   */
  open(options: OpenShell): Promise<{ end: number }>;
  detach(shellId: string, viewer: ShellViewer): void;
  progress(shellId: string, viewer: ShellViewer, offset: number): void;
  /** Returns the bytes of output that `progress` with this offset would confirm. */
  unconfirmed(shellId: string, viewer: ShellViewer, offset: number): number;
  /** @throws AppError `not_found` when the viewer is not attached; so do `resize` and `end`. */
  input(shellId: string, viewer: ShellViewer, data: string): void;
  resize(shellId: string, viewer: ShellViewer, size: ShellSize): void;
  /** Ends it for all its viewers. */
  end(shellId: string, viewer: ShellViewer): Promise<void>;
  /** Ends the shells of revoked sessions, keys and users. */
  revoke(revocation: RevokedSubjects): void;
  /** Ends shells in containers whose names their owners may no longer see: in one container, or in all. */
  endHidden(containerId?: string): void;
  /** Shells that run. */
  readonly size: number;
  close(): Promise<void>;
}

export interface ShellsDeps {
  docker: Pick<DockerHost, "exec" | "identify">;
  authenticator: Pick<Authenticator, "stillValid">;
  /** Installation that owns the shells. */
  owner: string;
  report: (report: ShellReport) => void;
  log: Log;
  idleMs?: number;
}

/** Creates the shells of this server. Long because each call acts on the same two maps of started and starting shells. */
export function createShells({ docker, authenticator, owner, report, log, idleMs = IDLE_MS }: ShellsDeps): Shells {
  const entries = new Map<string, ShellEntry>();
  const starting = new Map<string, { principal: Principal; entry: Promise<ShellEntry> }>();
  const running = () => [...entries.values()].filter(({ run }) => !run.over);
  let closed = false;

  const forget = (id: string) => {
    clearTimeout(entries.get(id)?.idle);
    entries.delete(id);
  };
  /** Starts the idle timer of a shell without viewers. */
  const rest = (entry: ShellEntry) => {
    clearTimeout(entry.idle);
    entry.idle = undefined;
    if (entry.attached.size > 0) return;
    entry.idle = setTimeout(() => {
      if (entry.run.over) entries.delete(entry.run.exec.id);
      else void endings.kill(entry, "idle");
    }, idleMs);
    entry.idle.unref();
  };
  const endings = createShellEndings({ docker, report, log, onEnded: rest });

  const start = async (exec: ShellExec, { principal, container, size }: OpenShell): Promise<ShellEntry> => {
    const abort = new AbortController();
    const stream = await docker.exec.attach(exec.id, abort.signal);
    const run = createShellRun(exec, stream, (refusal) => void endings.settle(entry, refusal));
    const entry = createEntry(run, { principal, containerName: container.name, abort });
    entries.set(exec.id, entry);
    resizeShell(docker.exec, entry, size);
    rest(entry);
    if (closed) void endings.kill(entry, "stopping");
    void endings.endIfHidden(entry); // the name may have moved before the shell was known here
    return entry;
  };

  const find = async (options: OpenShell): Promise<ShellEntry> => {
    const { shellId, principal, container } = options;
    const known = entries.get(shellId) ?? (await starting.get(shellId)?.entry);
    if (known) {
      if (!isSame(known.principal, principal) || known.run.exec.containerId !== container.id) throw noShell();
      return known;
    }
    if (closed) throw new AppError("overloaded", "The server is stopping.");
    const exec = await docker.exec.inspect(shellId);
    if (!isOwnShell(exec, owner, principal, container.id)) throw noShell();
    // Another tab may have started it in the meantime, and the Engine reports it as running.
    const other = entries.get(shellId) ?? (await starting.get(shellId)?.entry);
    if (other) return other;
    requireUnstarted(exec);
    requirePlace([...running(), ...starting.values()], principal);
    for (const [id, { run }] of entries) if (entries.size >= MAX_TOTAL && run.over) forget(id);
    const entry = start(exec, options);
    starting.set(shellId, { principal, entry });
    try {
      return await entry;
    } finally {
      starting.delete(shellId);
    }
  };

  const attachedTo = (shellId: string, viewer: ShellViewer): ShellEntry => {
    const entry = entries.get(shellId);
    if (!entry?.attached.has(viewer)) throw noShell();
    return entry;
  };
  /** The same, for a shell that is not being ended. */
  const usable = (shellId: string, viewer: ShellViewer): ShellEntry => {
    const entry = attachedTo(shellId, viewer);
    if (entry.reason) throw noShell();
    return entry;
  };
  const timer = setInterval(() => void endInvalid(running(), authenticator, endings, log), RECHECK_MS);
  timer.unref();

  return {
    async open(options) {
      const entry = await find(options);
      options.signal.throwIfAborted();
      entry.principal = options.principal;
      entry.run.attach(options.viewer, options.since);
      if (!entry.run.over) {
        entry.attached.add(options.viewer);
        clearTimeout(entry.idle);
        resizeShell(docker.exec, entry, options.size);
      }
      return { end: entry.run.end };
    },
    detach(shellId, viewer) {
      const entry = entries.get(shellId);
      entry?.run.detach(viewer);
      if (entry?.attached.delete(viewer)) rest(entry);
    },
    progress: (shellId, viewer, offset) => entries.get(shellId)?.run.progress(viewer, offset),
    unconfirmed: (shellId, viewer, offset) => entries.get(shellId)?.run.unconfirmed(viewer, offset) ?? 0,
    input: (shellId, viewer, data) => usable(shellId, viewer).run.input(data),
    resize: (shellId, viewer, size) => resizeShell(docker.exec, usable(shellId, viewer), size),
    end: (shellId, viewer) => endings.kill(attachedTo(shellId, viewer), "ended"),
    revoke({ sessionIds, principalIds, all }) {
      for (const entry of running()) {
        const { id, sessionId } = entry.principal;
        if (all || sessionIds.includes(sessionId) || principalIds.includes(id)) void endings.kill(entry, "revoked");
      }
    },
    endHidden(containerId) {
      for (const entry of running()) {
        if (containerId === undefined || entry.run.exec.containerId === containerId) void endings.endIfHidden(entry);
      }
    },
    get size() {
      return running().length;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      const ending = Promise.all(running().map((entry) => endings.kill(entry, "stopping")));
      await withTimeout(ending, CLOSE_MS, () => undefined);
      for (const entry of entries.values()) {
        endings.finish(entry, "stopping", null);
        clearTimeout(entry.idle);
      }
    },
  };
}

/** Ends shells whose sessions are no longer valid: their revocation may not have arrived. */
async function endInvalid(
  entries: readonly ShellEntry[],
  authenticator: Pick<Authenticator, "stillValid">,
  endings: ShellEndings,
  log: Log,
): Promise<void> {
  if (entries.length === 0) return;
  try {
    const valid = await authenticator.stillValid([...new Set(entries.map(({ principal }) => principal.sessionId))]);
    for (const entry of entries) {
      const { sessionId, expiresAt } = entry.principal;
      if (!valid.has(sessionId) || expiresAt <= Date.now()) void endings.kill(entry, "revoked");
    }
  } catch (error) {
    log.warn({ err: error }, "the sessions of shells could not be checked again");
  }
}

/** @throws AppError `rate_limited` or `overloaded` when the user, or the server, has too many open shells. */
function requirePlace(held: readonly { principal: Principal }[], principal: Principal): void {
  if (held.filter((other) => userOf(other.principal) === userOf(principal)).length >= MAX_PER_USER) {
    throw new AppError("rate_limited", `You have ${MAX_PER_USER} shells open; end one of them first.`);
  }
  if (held.length >= MAX_TOTAL) throw new AppError("overloaded", "Too many shells are open on this server.");
}

/** @throws AppError `not_found` for a shell that another server runs, `gone` for one that has ended. */
function requireUnstarted({ running, exitCode }: ShellExec): void {
  if (running) {
    throw new AppError(
      "not_found",
      "This server does not have this shell: the server was restarted, or another one has it.",
    );
  }
  if (exitCode !== null) throw new AppError("gone", "This shell has ended.");
}

const noShell = () => new AppError("not_found", "There is no such shell.");
const userOf = ({ userId, id }: Principal) => userId ?? id;
const isSame = (a: Principal, b: Principal) => a.kind === b.kind && a.id === b.id;
