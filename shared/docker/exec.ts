import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { ExecInspectInfo } from "dockerode";
import type { ShellCommand } from "../protocol/shell.ts";
import { AppError } from "../server/errors.ts";
import { containerPath, type EngineCalls } from "./engine-calls.ts";

/** A shell's exec instance, with the facts that the Engine stores. */
export interface ShellExec {
  /** Id of the exec instance: 64 hexadecimal digits chosen by the Engine. */
  id: string;
  containerId: string;
  command: ShellCommand;
  /** Requested user; empty: the user of the image. */
  user: string;
  /** Installation that created it, see {@link shellOwner}. */
  owner: string;
  openedBy: { kind: "user" | "key"; id: string };
  /** Milliseconds since the epoch. */
  openedAt: number;
  running: boolean;
  /** Null before it starts and while it runs. */
  exitCode: number | null;
}

export interface ShellOptions extends Pick<ShellExec, "command" | "user" | "owner" | "openedBy"> {
  containerId: string;
}

export interface DockerExec {
  /** Creates the exec instance of a shell with a terminal. Nothing runs before {@link DockerExec.attach}. */
  create(options: ShellOptions): Promise<ShellExec>;
  /** @throws AppError `not_found` for an exec instance that is not a shell of the panel */
  inspect(id: string): Promise<ShellExec>;
  /** Lists the running shells in a container. */
  list(containerId: string): Promise<ShellExec[]>;
  /** Starts the shell and returns its terminal. @throws AppError `conflict` if it was started before */
  attach(id: string, signal: AbortSignal): Promise<Duplex>;
  resize(id: string, size: { cols: number; rows: number }): Promise<void>;
  /** Sends SIGHUP, like a closed terminal window, then SIGKILL if the shell does not end. */
  end(shell: Pick<ShellExec, "id" | "containerId">): Promise<void>;
}

const MARK = "ai-desktop-shell";
/** Variable in the environment of the shell and its children, by which they are found when they must end. */
const KEY_VARIABLE = "AI_DESKTOP_SHELL";

/** Program and script of each choice: constants, so that no text of a caller reaches a command line. */
const commands: Record<ShellCommand, readonly [string, string]> = {
  auto: ["/bin/sh", "for s in bash ash; do command -v $s >/dev/null 2>&1 && exec $s; done; exec /bin/sh"],
  bash: ["bash", "exec bash"],
  ash: ["ash", "exec ash"],
  zsh: ["zsh", "exec zsh"],
  sh: ["/bin/sh", "exec /bin/sh"],
};

/**
 * Script that signals all processes with the key in their environment, using shell built-ins only. The Engine has no call
 * that ends an exec instance, and closing its connection does not end it either.
 */
const hangUp = `
for d in /proc/[0-9]*; do
  { while IFS= read -r e || [ -n "$e" ]; do
    case "$e" in *"$1"*) kill -"$2" "\${d#/proc/}";; esac
    e=
  done <"$d/environ"; } 2>/dev/null
done`;
/** Longest wait after each signal, in milliseconds: a shell may ignore the first; the second only takes time on a busy host. */
const END_WAIT_MS = { HUP: 1_500, KILL: 10_000 };
const END_POLL_MS = 50;

export function createExec({ call, hijack, inspect: inspectContainer }: EngineCalls): DockerExec {
  const make = async (containerId: string, body: object): Promise<string> => {
    const made = await call({ method: "POST", path: containerPath(containerId, "exec"), body });
    const id = (made as { Id?: unknown } | undefined)?.Id;
    if (typeof id !== "string")
      throw new AppError("upstream_unavailable", "The Docker Engine did not create the shell.");
    return id;
  };

  /** Reads a shell and its key, which is never sent to a caller. */
  const look = async (id: string): Promise<{ shell: ShellExec; key: string } | undefined> => {
    const info = (await call({ method: "GET", path: execPath(id, "json") })) as ExecInspectInfo;
    return parseMark(id, info);
  };
  const find = async (id: string) => {
    const found = await look(id);
    if (!found) throw noShell();
    return found;
  };

  const signal = async (containerId: string, user: string, key: string, name: "HUP" | "KILL") => {
    const id = await make(containerId, {
      AttachStdin: false,
      AttachStdout: false,
      AttachStderr: false,
      Tty: false,
      User: user,
      Cmd: ["/bin/sh", "-c", hangUp, "sh", `${KEY_VARIABLE}=${key}`, name],
    });
    await call({ method: "POST", path: execPath(id, "start"), body: { Detach: true, Tty: false } });
  };

  const untilEnded = async (id: string, waitMs: number): Promise<boolean> => {
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      if (!(await find(id)).shell.running) return true;
      await new Promise((resolve) => setTimeout(resolve, END_POLL_MS));
    }
    return false;
  };

  return {
    async create({ containerId, command, user, owner, openedBy }) {
      const key = randomBytes(12).toString("hex");
      const openedAt = Date.now();
      const [program, script] = commands[command];
      const id = await make(containerId, {
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
        User: user,
        Env: ["TERM=xterm-256color", `${KEY_VARIABLE}=${key}`],
        // The mark is the name of the script ($0): the Engine returns it, and the shell that replaces the script lacks it.
        Cmd: [program, "-c", script, [MARK, owner, openedBy.kind, openedBy.id, openedAt, command, key].join(" ")],
      });
      return { id, containerId, command, user, owner, openedBy, openedAt, running: false, exitCode: null };
    },
    inspect: async (id) => (await find(id)).shell,
    async list(containerId) {
      const { ExecIDs } = await inspectContainer(containerId);
      const found = await Promise.all((ExecIDs ?? []).slice(-MAX_EXECS).map((id) => look(id).catch(noneIfGone)));
      return found.flatMap((entry) => (entry?.shell.running ? [entry.shell] : []));
    },
    attach: (id, abort) =>
      hijack({ method: "POST", path: execPath(id, "start"), body: { Detach: false, Tty: true } }, abort),
    async resize(id, { cols, rows }) {
      await call({ method: "POST", path: execPath(id, "resize"), query: { h: rows, w: cols } });
    },
    async end({ id }) {
      const { shell, key } = await find(id);
      if (!shell.running) return;
      for (const name of ["HUP", "KILL"] as const) {
        await signal(shell.containerId, shell.user, key, name);
        if (await untilEnded(id, END_WAIT_MS[name])) return;
      }
      throw new AppError("conflict", "The shell did not end; stop the container to end it.");
    },
  };
}

/** Exec instances of one container that are inspected; health checks are exec instances too. */
const MAX_EXECS = 256;

const noShell = () => new AppError("not_found", "There is no such shell.");
const noneIfGone = (error: unknown): undefined => {
  if (!(error instanceof AppError && error.code === "not_found")) throw error;
};

function execPath(id: string, rest: string): string {
  if (!/^[0-9a-f]{64}$/.test(id)) throw noShell();
  return `/exec/${id}/${rest}`;
}

function parseMark(id: string, info: ExecInspectInfo): { shell: ShellExec; key: string } | undefined {
  const process = info.ProcessConfig as { arguments?: string[]; user?: string } | undefined;
  const [mark, owner = "", kind, principal = "", openedAt, command, key = ""] =
    process?.arguments?.at(-1)?.split(" ") ?? [];
  if (mark !== MARK || (kind !== "user" && kind !== "key") || !Object.hasOwn(commands, command ?? "")) return undefined;
  const shell: ShellExec = {
    id,
    containerId: info.ContainerID,
    command: command as ShellCommand,
    user: process?.user ?? "",
    owner,
    openedBy: { kind, id: principal },
    openedAt: Number(openedAt),
    running: info.Running,
    exitCode: info.Running ? null : (info.ExitCode ?? null),
  };
  return { shell, key };
}
