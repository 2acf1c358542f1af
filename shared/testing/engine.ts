import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import type { Container } from "dockerode";
import { Docker } from "../docker/dockerode.ts";
import { type Child, startChild } from "./child.ts";
import { eventually } from "./eventually.ts";
import { DOCKER_SOCKET, findProgram, TEST_IMAGE } from "./parts.ts";
import { type TempFolder, tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);

const LABEL = "ai-desktop.test";

export interface TestContainerOptions {
  /** Part of a unique name. */
  name?: string;
  /** A shell script, which may wait at {@link CUE}; default: prints nothing and runs until stopped. */
  script?: string;
  tty?: boolean;
  env?: string[];
  labels?: Record<string, string>;
  /** Log driver and its options; default: those of the Engine. */
  log?: { driver: string; options?: Record<string, string> };
  /** Shell command of the health check; runs once a second, and one failure makes the container unhealthy. */
  health?: string;
  restart?: "no" | "always" | "unless-stopped";
  /** Seconds that a stop waits before it kills; default: 1. */
  stopTimeout?: number;
  /** Memory limit in bytes, including swap; default: none. */
  memory?: number;
  /** Image; default: busybox. */
  image?: string;
  /** Default: that of the host. A network namespace takes the Engine a third of the time of a start. */
  network?: "none";
  /** False: creates the container without starting it. */
  start?: boolean;
}

/** In a script: waits for the test. A pause instead would be over too early on a busy machine. */
export const CUE = "until [ -e /cue/go ]; do sleep 0.05; done";

export interface TestContainer {
  id: string;
  name: string;
  container: Container;
  /** Lets a script go on that waits at {@link CUE}. */
  cue(): Promise<void>;
}

export interface TestEngine {
  docker: Docker;
  socketPath: string;
  /** Value for DOCKER_HOST. */
  dockerHost: string;
  /** Creates and starts a busybox container. */
  run(options?: TestContainerOptions): Promise<TestContainer>;
  /** Creates an image of busybox with labels, which `removeAll` removes. Returns its id. */
  imageWith(labels: Record<string, string>): Promise<string>;
  /** Has `removeAll` remove a container that the test creates itself. Returns its name. */
  adopt(name: string): string;
  /** Removes all containers that were created or adopted, whatever their state. */
  removeAll(): Promise<void>;
}

const healthcheck = (command: string) => ({
  Test: ["CMD-SHELL", command],
  Interval: 1_000_000_000,
  Timeout: 5_000_000_000,
  Retries: 1,
});

/** A running Engine, by its socket; default: the Engine of the machine. */
export function testEngine(socketPath = DOCKER_SOCKET): TestEngine {
  const docker = new Docker({ socketPath });
  const owner = randomBytes(6).toString("hex");
  const images: string[] = [];
  const adopted: string[] = [];
  const folders: TempFolder[] = [];
  return {
    docker,
    socketPath,
    dockerHost: `unix://${socketPath}`,
    run: async ({ name = "box", script = "exec sleep 1000000", start = true, ...options } = {}) => {
      const folder = script.includes(CUE) ? await tempFolder("cue") : undefined;
      if (folder) folders.push(folder);
      const fullName = `aid-test-${owner}-${name}-${randomBytes(3).toString("hex")}`;
      const container = await docker.createContainer({
        name: fullName,
        Image: options.image ?? TEST_IMAGE,
        Cmd: ["/bin/sh", "-c", script],
        Tty: options.tty ?? false,
        Env: options.env ?? [],
        Labels: { ...options.labels, [LABEL]: owner },
        StopTimeout: options.stopTimeout ?? 1,
        ...(options.health ? { Healthcheck: healthcheck(options.health) } : {}),
        HostConfig: {
          NetworkMode: options.network ?? "host",
          RestartPolicy: { Name: options.restart ?? "no" },
          ...(folder ? { Binds: [`${folder.path}:/cue:ro`] } : {}),
          ...(options.memory ? { Memory: options.memory, MemorySwap: options.memory } : {}),
          ...(options.log ? { LogConfig: { Type: options.log.driver, Config: options.log.options ?? {} } } : {}),
        },
      });
      if (start) await container.start();
      const cue = async () => {
        if (!folder) throw new Error("the script has no cue");
        await writeFile(join(folder.path, "go"), "");
      };
      return { id: container.id, name: fullName, container, cue };
    },
    imageWith: async (labels) => {
      const from = await docker.createContainer({ Image: TEST_IMAGE, Labels: { [LABEL]: owner } });
      const changes = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`);
      const { Id } = (await from.commit({ changes })) as { Id: string };
      images.push(Id);
      await from.remove();
      return Id;
    },
    adopt(name) {
      adopted.push(name);
      return name;
    },
    removeAll: async () => {
      const filters = { label: [`${LABEL}=${owner}`] };
      const containers = await docker.listContainers({ all: true, filters });
      // One after the other: Engine 20.10 can deadlock in its network code if it removes a dozen at once.
      for (const id of [...containers.map(({ Id }) => Id), ...adopted.splice(0)]) await removeContainer(docker, id);
      await Promise.all(images.splice(0).map((id) => docker.getImage(id).remove({ force: true })));
      await Promise.all(folders.splice(0).map((folder) => folder.remove()));
    },
  };
}

/** Removes a container. Retries, since the Engine fails to remove its folder while it still writes to the log. */
export function removeContainer(docker: Docker, id: string): Promise<unknown> {
  return eventually(() =>
    docker
      .getContainer(id)
      .remove({ force: true, v: true })
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
      }),
  );
}

export interface PrivateEngine extends TestEngine {
  /** Pid of dockerd, for SIGSTOP and SIGCONT. */
  pid(): number;
  /** Signals dockerd only. Containers continue with `live-restore`, or if the signal leaves no time to stop them. */
  down(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts dockerd again with the same data, and with or without `live-restore`; default: as before. */
  up(options?: { liveRestore?: boolean }): Promise<void>;
  /** Removes the containers, stops both daemons and deletes the data. */
  close(): Promise<void>;
}

/**
 * Starts a second Engine with its own data, socket and containerd, to be killed, stopped and restarted. It has its own network
 * namespace: an Engine without a bridge deletes `docker0`, even that of another Engine. The image comes from the Engine of the
 * machine. Needs Linux and root.
 */
export async function startPrivateEngine({
  liveRestore = false,
  timeZone,
}: {
  liveRestore?: boolean;
  /** Time zone of the Engine, such as `Asia/Kathmandu`; default: that of the machine. */
  timeZone?: string;
} = {}): Promise<PrivateEngine> {
  const folder = await tempFolder("engine");
  const at = (name: string) => join(folder.path, name);
  const socketPath = at("docker.sock");
  const containerd = await startChild(
    findProgram("containerd") ?? "containerd",
    ["--root", at("ctd"), "--state", at("ctd-run"), "--address", at("ctd.sock"), "--log-level", "error"],
    { env: systemEnvironment() },
  );
  const engine = testEngine(socketPath);
  let dockerd: Child | undefined;
  let isUp = false;
  let keepsAlive = liveRestore;
  const up = async (options: { liveRestore?: boolean } = {}) => {
    keepsAlive = options.liveRestore ?? keepsAlive;
    // unshare executes dockerd, so the pid is that of the Engine.
    dockerd = await startChild(
      findProgram("unshare") ?? "unshare",
      [
        "--net",
        findProgram("dockerd") ?? "dockerd",
        "--data-root",
        at("data"),
        "--exec-root",
        at("exec"),
        "--pidfile",
        at("docker.pid"),
        "--host",
        `unix://${socketPath}`,
        "--containerd",
        at("ctd.sock"),
        "--bridge=none",
        "--iptables=false",
        "--log-level",
        "error",
        ...(keepsAlive ? ["--live-restore"] : []),
      ],
      { env: { ...systemEnvironment(), ...(timeZone === undefined ? {} : { TZ: timeZone }) } },
    );
    const started = dockerd;
    await eventually(() => {
      if (started.exitCode() !== null) throw new Error(`dockerd ended: ${started.output().slice(-1_000)}`);
      return engine.docker.ping();
    }, 50);
    isUp = true;
  };
  const down = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    dockerd?.signal("SIGCONT"); // a stopped process does not react to the signal
    dockerd?.signal(signal);
    await dockerd?.exited;
    isUp = false;
  };
  try {
    await up();
    const image = await new Docker({ socketPath: DOCKER_SOCKET }).getImage(TEST_IMAGE).get();
    const progress = await engine.docker.loadImage(image);
    progress.resume();
    await eventually(() => engine.docker.getImage(TEST_IMAGE).inspect());
  } catch (error) {
    await dockerd?.stop();
    await containerd.stop();
    await folder.remove();
    throw error;
  }
  return {
    ...engine,
    pid: () => dockerd?.pid ?? 0,
    up,
    down,
    close: async () => {
      if (!isUp) await up(); // only a running Engine can remove its containers
      dockerd?.signal("SIGCONT");
      await engine.removeAll();
      await down();
      await containerd.stop();
      await unmountBelow(folder.path);
      await folder.remove();
    },
  };
}

/** Unmounts the mounts of a killed dockerd, so that its folder can be deleted. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) await run("umount", ["-l", path]);
}

const systemEnvironment = () => ({
  PATH: `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`,
  HOME: process.env.HOME ?? "/root",
});
