import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import Docker from "dockerode";
import { type Child, startChild } from "./child.ts";
import { eventually } from "./eventually.ts";
import { DOCKER_SOCKET, findProgram, TEST_IMAGE } from "./parts.ts";
import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);

const LABEL = "ai-desktop.test";

export interface TestContainerOptions {
  /** Ends up inside a unique name. */
  name?: string;
  /** A shell script; prints nothing and runs until stopped when absent. */
  script?: string;
  tty?: boolean;
  env?: string[];
  labels?: Record<string, string>;
  /** Log driver and its options; the Engine's own when absent. */
  log?: { driver: string; options?: Record<string, string> };
  /** A shell command that tells whether it is well; asked twice a second, and one failure is enough. */
  health?: string;
  restart?: "no" | "always" | "unless-stopped";
  /** Bytes it may hold, swap included; no limit when absent. */
  memory?: number;
  /** Of another image than busybox. */
  image?: string;
  /** False makes the container without starting it. */
  start?: boolean;
}

export interface TestContainer {
  id: string;
  name: string;
  container: Docker.Container;
}

export interface TestEngine {
  docker: Docker;
  socketPath: string;
  /** As the variable DOCKER_HOST has it. */
  dockerHost: string;
  /** Makes and starts a container of busybox without a network. */
  run(options?: TestContainerOptions): Promise<TestContainer>;
  /** An image of busybox with labels of its own; `removeAll` removes it. Answers its id. */
  imageWith(labels: Record<string, string>): Promise<string>;
  /** Removes every container this helper made, whatever happened to them. */
  removeAll(): Promise<void>;
}

const healthcheck = (command: string) => ({
  Test: ["CMD-SHELL", command],
  Interval: 500_000_000,
  Timeout: 5_000_000_000,
  Retries: 1,
});

/** An Engine that is already running, by its socket; the machine's own when no path is given. */
export function testEngine(socketPath = DOCKER_SOCKET): TestEngine {
  const docker = new Docker({ socketPath });
  const owner = randomBytes(6).toString("hex");
  const images: string[] = [];
  return {
    docker,
    socketPath,
    dockerHost: `unix://${socketPath}`,
    run: async ({ name = "box", script = "exec sleep 1000000", start = true, ...options } = {}) => {
      const fullName = `aid-test-${owner}-${name}-${randomBytes(3).toString("hex")}`;
      const container = await docker.createContainer({
        name: fullName,
        Image: options.image ?? TEST_IMAGE,
        Cmd: ["/bin/sh", "-c", script],
        Tty: options.tty ?? false,
        Env: options.env ?? [],
        Labels: { ...options.labels, [LABEL]: owner },
        StopTimeout: 1,
        ...(options.health ? { Healthcheck: healthcheck(options.health) } : {}),
        HostConfig: {
          NetworkMode: "none",
          RestartPolicy: { Name: options.restart ?? "no" },
          ...(options.memory ? { Memory: options.memory, MemorySwap: options.memory } : {}),
          ...(options.log ? { LogConfig: { Type: options.log.driver, Config: options.log.options ?? {} } } : {}),
        },
      });
      if (start) await container.start();
      return { id: container.id, name: fullName, container };
    },
    imageWith: async (labels) => {
      const from = await docker.createContainer({ Image: TEST_IMAGE, Labels: { [LABEL]: owner } });
      const changes = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`);
      const { Id } = (await from.commit({ changes })) as { Id: string };
      images.push(Id);
      await from.remove();
      return Id;
    },
    removeAll: async () => {
      const filters = { label: [`${LABEL}=${owner}`] };
      const containers = await docker.listContainers({ all: true, filters });
      // One after the other: an Engine 20.10 that removes a dozen at once can block for good, in its network code.
      for (const { Id } of containers) await removeContainer(docker, Id);
      await Promise.all(images.splice(0).map((id) => docker.getImage(id).remove({ force: true })));
    },
  };
}

/** An Engine that still writes to the container's log fails to remove its folder, and does so when asked again. */
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
  /** Ends dockerd alone: containers live on when `live-restore` was asked for, or the signal leaves no time to stop them. */
  down(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts dockerd again on the same data; with or without `live-restore` from then on, as before when not told. */
  up(options?: { liveRestore?: boolean }): Promise<void>;
  /** Removes the containers, ends both daemons and deletes the data. */
  close(): Promise<void>;
}

/**
 * A second Engine with data, socket and containerd of its own, to be killed, hung and started again.
 * It has a network of its own too: one that is told to have no bridge deletes `docker0`, of whichever Engine that is.
 * The image comes from the machine's own Engine. Needs Linux and root.
 */
export async function startPrivateEngine({
  liveRestore = false,
  timeZone,
}: {
  liveRestore?: boolean;
  /** Of the Engine, such as `Asia/Kathmandu`; that of the machine when absent. */
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
    // unshare becomes dockerd: the pid is the Engine's.
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
    await eventually(
      () => {
        if (started.exitCode() !== null) throw new Error(`dockerd ended: ${started.output().slice(-1_000)}`);
        return engine.docker.ping();
      },
      30_000,
      50,
    );
    isUp = true;
  };
  const down = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    dockerd?.signal("SIGCONT"); // a stopped process would not see the signal
    dockerd?.signal(signal);
    await dockerd?.exited;
    isUp = false;
  };
  try {
    await up();
    const image = await new Docker({ socketPath: DOCKER_SOCKET }).getImage(TEST_IMAGE).get();
    const progress = await engine.docker.loadImage(image);
    progress.resume();
    await eventually(() => engine.docker.getImage(TEST_IMAGE).inspect(), 30_000);
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
      if (!isUp) await up(); // only a living Engine can remove what it left running
      dockerd?.signal("SIGCONT");
      await engine.removeAll();
      await down();
      await containerd.stop();
      await unmountBelow(folder.path);
      await folder.remove();
    },
  };
}

/** A killed dockerd leaves its mounts behind, and a mounted folder cannot be deleted. */
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
