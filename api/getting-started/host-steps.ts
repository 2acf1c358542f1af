import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import type { Processes } from "../../shared/pm2/daemons.ts";
import { OWN_DAEMON } from "../../shared/protocol/daemon-key.ts";
import type { Step } from "../../shared/protocol/getting-started.ts";
import type { ComposeState } from "../../shared/protocol/stack.ts";
import type { Config } from "../../shared/server/config.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { type Commands, commandsFor } from "./commands.ts";
import { hasProgram, isRunning, readHostSystem } from "./host-system.ts";
import { messages } from "./messages.ts";

const DEFAULT_SOCKET = "/var/run/docker.sock";
/** A missing Compose is looked for again after this time: each look starts a program. */
const COMPOSE_AGE_MS = 30_000;

export type Found = Pick<Step, "state" | "detail"> & { command?: string | null };

export interface HostStepsDeps {
  docker: Pick<DockerEngine, "version">;
  compose: { state(): Promise<ComposeState>; detect(): Promise<ComposeState> };
  processes: Pick<Processes, "ping" | "home" | "survey">;
  config: Pick<Config, "DOCKER_HOST" | "FILE_MANAGER_ROOT">;
}

/** What is installed on this host. Each reads files and sockets; only a missing Compose starts a program. */
export function createHostSteps({ docker, compose, processes, config }: HostStepsDeps) {
  const commands = async (): Promise<Commands> => commandsFor(await readHostSystem());
  let composeSeen = 0;
  return {
    docker: async (): Promise<Found> => {
      const address = config.DOCKER_HOST;
      try {
        return { state: "done", detail: messages.docker.up(await docker.version(), address) };
      } catch (error) {
        return withoutDocker(error, address, await commands());
      }
    },
    async compose(): Promise<Found> {
      const known = await compose.state();
      const due = !known.installed && performance.now() - composeSeen > COMPOSE_AGE_MS;
      if (due) composeSeen = performance.now();
      const state = due ? await compose.detect() : known;
      if (!state.installed) {
        return { state: "todo", detail: messages.compose.missing, command: (await commands()).installCompose() };
      }
      const { plugin, program, old } = messages.compose;
      const found = messages.compose.found(state.version ?? "", state.kind === "plugin" ? plugin : program);
      return { state: "done", detail: state.version?.startsWith("1.") ? `${found} ${old}` : found };
    },
    async pm2(): Promise<Found> {
      const { daemons } = await processes.survey();
      const namesOf = (shown: boolean) =>
        daemons
          .filter(({ key, state }) => key !== OWN_DAEMON && (state !== "unreachable") === shown)
          .map(({ user, home }) => `${user} (${home})`)
          .join(", ");
      const [shown, hidden] = [namesOf(true), namesOf(false)];
      const more = (shown && messages.pm2.others(shown)) + (hidden && messages.pm2.hidden(hidden));
      try {
        await processes.ping();
        return { state: "done", detail: messages.pm2.up(processes.home) + more };
      } catch (error) {
        if (error instanceof UnavailableError && error.state === "absent") {
          return { state: "optional", detail: messages.pm2.none(processes.home) + more };
        }
        return { state: "unknown", detail: toAppError(error).message };
      }
    },
    async nginx(): Promise<Found> {
      const running = await isRunning("nginx");
      if (running) return { state: "done", detail: messages.nginx.running };
      const [installed, known] = await Promise.all([hasProgram("nginx"), commands()]);
      if (!installed) return { state: "optional", detail: messages.nginx.none, command: known.installNginx() };
      if (running === null) return { state: "unknown", detail: messages.nginx.cannotSee };
      return { state: "optional", detail: messages.nginx.stopped, command: known.startNginx() };
    },
    async files(): Promise<Found> {
      const root = config.FILE_MANAGER_ROOT;
      const user = ownName();
      if (!(await may(root, constants.R_OK | constants.X_OK))) {
        return { state: "todo", detail: messages.files.none(root, user) };
      }
      const writable = await may(root, constants.W_OK);
      return { state: "done", detail: (writable ? messages.files.writable : messages.files.readOnly)(root, user) };
    },
  };
}

async function withoutDocker(error: unknown, address: string, commands: Commands): Promise<Found> {
  const socket = /^unix:\/\/(.+)$/.exec(address)?.[1];
  const { message, cause } = toAppError(error);
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (socket && (code === "EACCES" || code === "EPERM")) return refusedDocker(socket);
  const isAbsent = error instanceof UnavailableError && error.state === "absent";
  if (!isAbsent && code !== "ECONNREFUSED" && code !== "ENOENT") return { state: "unknown", detail: message };
  if (socket !== DEFAULT_SOCKET) return { state: "todo", detail: messages.docker.elsewhere(address, message) };
  if (await hasProgram("dockerd")) {
    return { state: "todo", detail: messages.docker.stopped, command: commands.startDocker() };
  }
  return { state: "todo", detail: messages.docker.missing, command: commands.installDocker() };
}

/** The group of the socket is what admits the user, where it is the one that Docker made for it. */
async function refusedDocker(socket: string): Promise<Found> {
  const user = ownName();
  const { gid, mode } = await stat(socket).catch(() => ({ gid: 0, mode: 0 }));
  const groups = await readFile("/etc/group", "utf8").catch(() => "");
  const group = groups.split("\n").find((line) => line.split(":")[2] === String(gid));
  const name = group?.split(":")[0];
  if (
    !name ||
    gid === 0 ||
    (mode & 0o060) !== 0o060 ||
    !/^[a-z_][\w-]*$/.test(name) ||
    !/^[a-z_][\w.-]*$/i.test(user)
  ) {
    return { state: "todo", detail: messages.docker.refusedOther(user, socket) };
  }
  return { state: "todo", detail: messages.docker.refused(user), command: `usermod -aG ${name} ${user}` };
}

/** Name of the user that runs the panel; its number where it has no name. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ""}`;
  }
}

const may = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
