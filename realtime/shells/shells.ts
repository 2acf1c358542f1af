import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { ShellExec } from "../../shared/docker/exec.ts";
import { type Principal, type RevokedSubjects, seesService } from "../../shared/protocol/access.ts";
import type { ShellEnd, ShellReport } from "../../shared/protocol/shell.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { withTimeout } from "../../shared/server/with-timeout.ts";
import type { Authenticator } from "../deps.ts";
import { createShellRun, type ShellRun, type ShellViewer } from "./shell.ts";

/** Shells at once: of one user with all keys, and in all. */
const PER_PRINCIPAL_MAX = 8;
const TOTAL_MAX = 32;
/** A shell that nobody looks at is ended after this. */
const IDLE_MS = 10 * 60_000;
/** Sessions are asked after this often, as those of sockets are. */
const RECHECK_MS = 60_000;
/** 128 and the number of SIGHUP. */
const HUNG_UP = 129;
/** 128 and the number of SIGKILL. */
const KILLED = 137;
const KILLED_LOOKS = 15;
const KILLED_LOOK_MS = 100;
/** Longest wait for shells to end when the server does. */
const CLOSE_MS = 3_000;

export interface OpenShell {
  principal: Principal;
  container: { id: string; name: string };
  shellId: string;
  size: { cols: number; rows: number };
  since: number;
  viewer: ShellViewer;
  /** The viewer has left: the shell may have started, and nobody is attached to it. */
  signal: AbortSignal;
}

/** The terminals of the shells that run through this server. */
export interface Shells {
  /** Starts the shell, or attaches to it. Answers where its output stands. Throws what the caller is told. */
  open(options: OpenShell): Promise<{ end: number }>;
  detach(shellId: string, viewer: ShellViewer): void;
  progress(shellId: string, viewer: ShellViewer, offset: number): void;
  input(shellId: string, viewer: ShellViewer, data: string): void;
  resize(shellId: string, viewer: ShellViewer, size: { cols: number; rows: number }): void;
  /** Ends it for all its viewers. */
  end(shellId: string, viewer: ShellViewer): Promise<void>;
  /** Ends the shells of who was revoked. */
  revoke(revocation: RevokedSubjects): void;
  /** Ends shells in containers whose names their owners may not see any more; looks at one container, or at all. */
  endHidden(containerId?: string): void;
  /** Those that run. */
  readonly size: number;
  close(): Promise<void>;
}

export interface ShellsDeps {
  docker: Pick<DockerHost, "exec" | "identify">;
  authenticator: Pick<Authenticator, "stillValid">;
  /** Which installation the shells must be of. */
  owner: string;
  report: (report: ShellReport) => void;
  log: Log;
  idleMs?: number;
}

interface Entry {
  run: ShellRun;
  principal: Principal;
  containerName: string;
  startedAt: number;
  abort: AbortController;
  attached: Set<ShellViewer>;
  /** Why it is being ended, when it is. */
  reason: ShellEnd | undefined;
  idle: NodeJS.Timeout | undefined;
  resizing: Promise<void> | undefined;
  size: { cols: number; rows: number };
}

export function createShells({ docker, authenticator, owner, report, log, idleMs = IDLE_MS }: ShellsDeps): Shells {
  const entries = new Map<string, Entry>();
  const starting = new Map<string, { principal: Principal; entry: Promise<Entry> }>();
  const running = () => [...entries.values()].filter(({ run }) => !run.over);
  let closed = false;

  const rest = (entry: Entry) => {
    clearTimeout(entry.idle);
    entry.idle = undefined;
    if (entry.attached.size > 0) return;
    entry.idle = setTimeout(() => {
      if (entry.run.over) entries.delete(entry.run.exec.id);
      else void kill(entry, "idle");
    }, idleMs);
    entry.idle.unref();
  };

  const finish = (entry: Entry, code: ShellEnd, exitCode: number | null) => {
    if (entry.run.over) return;
    entry.run.finish({ code, exitCode });
    entry.abort.abort();
    entry.attached.clear();
    rest(entry);
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

  const kill = async (entry: Entry, reason: ShellEnd): Promise<void> => {
    entry.reason ??= reason;
    try {
      await docker.exec.end(entry.run.exec);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found"))
        log.warn({ err: error, shell: entry.run.exec.id }, "a shell could not be ended");
    }
    await settle(entry, undefined);
  };

  /** The stream ended: the Engine knows how. */
  const settle = async (entry: Entry, refusal: "no_shell" | "no_user" | undefined): Promise<void> => {
    const { id, containerId } = entry.run.exec;
    const exec = await docker.exec.inspect(id).catch(() => undefined);
    const exitCode = exec && !exec.running ? exec.exitCode : null;
    if (entry.reason) return finish(entry, entry.reason, exitCode);
    const container = await lookAt(containerId, exitCode === KILLED);
    if (container instanceof Error) {
      return finish(entry, container.code === "not_found" ? "container" : "unavailable", exitCode);
    }
    if (!container.running) return finish(entry, "container", exitCode);
    if (refusal) return finish(entry, refusal, exitCode);
    if (exec?.running) {
      // The connection broke and the shell did not: without its terminal it is of no use to anybody.
      await docker.exec.end(exec).catch(() => undefined);
      return finish(entry, "unavailable", null);
    }
    // Hung up by the API, or by another server: nothing here does it without a reason of its own.
    if (exitCode === HUNG_UP) return finish(entry, "ended", exitCode);
    finish(entry, exec ? "exited" : "unavailable", exitCode);
  };

  /** A container that is killed takes its shells first, and counts as running for a moment more. */
  const lookAt = async (containerId: string, waits: boolean) => {
    for (let looks = waits ? KILLED_LOOKS : 1; ; looks--) {
      const container = await docker.identify(containerId).catch((error: unknown) => error as AppError);
      if (looks <= 1 || container instanceof Error || !container.running) return container;
      await new Promise((resolve) => setTimeout(resolve, KILLED_LOOK_MS));
    }
  };

  /** People are limited by names, and a container may have been given another one. */
  const endIfHidden = async (entry: Entry) => {
    if (entry.run.over || entry.principal.limits.services === null) return;
    // One that is gone ends its shells itself; where the Engine is away, its return is told.
    const container = await docker.identify(entry.run.exec.containerId).catch(() => undefined);
    if (container && !seesService(entry.principal.limits, container.name)) await kill(entry, "revoked");
  };

  const makeRoom = (principal: Principal) => {
    const held = [...running().map((entry) => entry.principal), ...[...starting.values()].map((one) => one.principal)];
    if (held.filter((other) => userOf(other) === userOf(principal)).length >= PER_PRINCIPAL_MAX) {
      throw new AppError("rate_limited", `You have ${PER_PRINCIPAL_MAX} shells open; end one of them first.`);
    }
    if (held.length >= TOTAL_MAX) throw new AppError("overloaded", "Too many shells are open on this server.");
    // What ended shells have said is kept only as long as there is room.
    for (const [id, { run }] of entries) {
      if (entries.size < TOTAL_MAX) break;
      if (run.over) forget(id);
    }
  };
  const forget = (id: string) => {
    clearTimeout(entries.get(id)?.idle);
    entries.delete(id);
  };

  const start = async (exec: ShellExec, { principal, container, size }: OpenShell): Promise<Entry> => {
    const abort = new AbortController();
    const stream = await docker.exec.attach(exec.id, abort.signal);
    const entry: Entry = {
      run: createShellRun(exec, stream, (refusal) => void settle(entry, refusal)),
      principal,
      containerName: container.name,
      startedAt: Date.now(),
      abort,
      attached: new Set(),
      reason: undefined,
      idle: undefined,
      resizing: undefined,
      size: { cols: 0, rows: 0 },
    };
    entries.set(exec.id, entry);
    resize(entry, size);
    rest(entry);
    if (closed) void kill(entry, "stopping");
    void endIfHidden(entry); // the name may have moved before the shell was known here
    return entry;
  };

  const find = async (options: OpenShell): Promise<Entry> => {
    const { shellId, principal, container } = options;
    const known = entries.get(shellId) ?? (await starting.get(shellId)?.entry);
    if (known) {
      if (!isSame(known.principal, principal) || known.run.exec.containerId !== container.id) throw noShell();
      return known;
    }
    if (closed) throw new AppError("overloaded", "The server is stopping.");
    const exec = await docker.exec.inspect(shellId);
    const { openedBy } = exec;
    const isTheirs = openedBy.kind === principal.kind && openedBy.id === principal.id;
    if (exec.owner !== owner || exec.containerId !== container.id || !isTheirs) throw noShell();
    if (exec.running) {
      throw new AppError(
        "not_found",
        "This shell is not held here: the server that held it was restarted, or is another.",
      );
    }
    if (exec.exitCode !== null) throw new AppError("gone", "This shell has ended.");
    const other = starting.get(shellId);
    if (other) return await other.entry; // begun by another tab meanwhile
    makeRoom(principal);
    const entry = start(exec, options);
    starting.set(shellId, { principal, entry });
    try {
      return await entry;
    } finally {
      starting.delete(shellId);
    }
  };

  /** One call at a time, the newest size last; a shell that has just begun refuses for a moment. */
  const resize = (entry: Entry, size: { cols: number; rows: number }) => {
    if (entry.run.over || (size.cols === entry.size.cols && size.rows === entry.size.rows)) return;
    entry.size = size;
    entry.resizing ??= (async () => {
      for (let tries = 0; tries < 20 && !entry.run.over; tries++) {
        const asked = entry.size;
        try {
          await docker.exec.resize(entry.run.exec.id, asked);
          if (asked === entry.size) break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
      entry.resizing = undefined;
    })();
  };

  const attachedTo = (shellId: string, viewer: ShellViewer): Entry => {
    const entry = entries.get(shellId);
    if (!entry?.attached.has(viewer)) throw noShell();
    return entry;
  };

  const recheck = async () => {
    const held = running();
    if (held.length === 0) return;
    try {
      const valid = await authenticator.stillValid([...new Set(held.map(({ principal }) => principal.sessionId))]);
      for (const entry of held) {
        const { sessionId, expiresAt } = entry.principal;
        if (!valid.has(sessionId) || expiresAt <= Date.now()) void kill(entry, "revoked");
      }
    } catch (error) {
      log.warn({ err: error }, "the sessions of shells could not be checked again");
    }
  };
  const timer = setInterval(() => void recheck(), RECHECK_MS);
  timer.unref();

  return {
    async open(options) {
      const entry = await find(options);
      options.signal.throwIfAborted();
      // It goes with the session that was at it last: logging out there ends it.
      entry.principal = options.principal;
      entry.run.attach(options.viewer, options.since);
      if (!entry.run.over) {
        entry.attached.add(options.viewer);
        clearTimeout(entry.idle);
        resize(entry, options.size);
      }
      return { end: entry.run.end };
    },
    detach(shellId, viewer) {
      const entry = entries.get(shellId);
      entry?.run.detach(viewer);
      if (entry?.attached.delete(viewer)) rest(entry);
    },
    progress: (shellId, viewer, offset) => entries.get(shellId)?.run.progress(viewer, offset),
    input: (shellId, viewer, data) => attachedTo(shellId, viewer).run.input(data),
    resize: (shellId, viewer, size) => resize(attachedTo(shellId, viewer), size),
    end: (shellId, viewer) => kill(attachedTo(shellId, viewer), "ended"),
    revoke({ sessionIds, principalIds, all }) {
      for (const entry of running()) {
        const { id, sessionId } = entry.principal;
        if (all || sessionIds.includes(sessionId) || principalIds.includes(id)) void kill(entry, "revoked");
      }
    },
    endHidden(containerId) {
      for (const entry of running()) {
        if (containerId === undefined || entry.run.exec.containerId === containerId) void endIfHidden(entry);
      }
    },
    get size() {
      return running().length;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      const ending = Promise.all(running().map((entry) => kill(entry, "stopping")));
      await withTimeout(ending, CLOSE_MS, () => undefined);
      for (const entry of entries.values()) {
        finish(entry, "stopping", null);
        clearTimeout(entry.idle);
      }
    },
  };
}

const noShell = () => new AppError("not_found", "There is no such shell.");
const userOf = ({ userId, id }: Principal) => userId ?? id;
const isSame = (one: Principal, other: Principal) => one.kind === other.kind && one.id === other.id;
