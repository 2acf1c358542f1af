import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { Docker } from "../docker/dockerode.ts";

export const TEST_IMAGE = "busybox:local";
export const DOCKER_SOCKET = (process.env.DOCKER_HOST ?? "").replace(/^unix:\/\//, "") || "/var/run/docker.sock";

export const testParts = [
  "docker",
  "private-engine",
  "chromium",
  "deno",
  "bun",
  "git",
  "nginx",
  "redis",
  "strace",
  "bash",
  "linux",
  "other-users",
  "shellcheck",
  "curl",
  "lsof",
  "logrotate",
  "systemd",
  "namespaces",
  "registry",
  "compose",
  "python-socketio",
  "acl",
  "collapsible-files",
] as const;
export type TestPart = (typeof testParts)[number];
type Look = () => Promise<string | null>;

/** Real parts that tests need and a machine can lack. Each check returns what is wrong, or null. */
const looks: Record<TestPart, Look> = {
  docker: async () => {
    try {
      await new Docker({ socketPath: DOCKER_SOCKET, timeout: 60_000 }).getImage(TEST_IMAGE).inspect();
      return null;
    } catch (error) {
      return `no Docker Engine with the image ${TEST_IMAGE} (${error instanceof Error ? error.message : "no answer"})`;
    }
  },
  /** A private Engine, to be killed and stopped. */
  "private-engine": async () =>
    process.platform !== "linux" || process.getuid?.() !== 0
      ? "a second Docker Engine needs Linux and root"
      : ((await looks.docker()) ?? needsPrograms("dockerd", "containerd")),
  chromium: async () => (findChromium() ? null : "no Chromium found"),
  deno: async () => (findDeno() ? null : "the package deno has no program for this platform"),
  bun: async () => (findBun() ? null : "the package bun has no program for this platform"),
  git: async () => needsPrograms("git"),
  nginx: async () => needsPrograms("nginx", "openssl"),
  redis: async () => needsPrograms("redis-server"),
  strace: async () => needsPrograms("strace"),
  /** Daemons of several users. */
  "other-users": async () =>
    process.platform === "linux" && process.getuid?.() === 0 ? null : "processes of other users need Linux and root",
  linux: async () => (process.platform === "linux" ? null : "needs Linux"),
  bash: async () => needsPrograms("bash"),
  shellcheck: async () => needsPrograms("shellcheck"),
  /** Files of several owners, with ACLs and extended attributes. */
  acl: async () =>
    process.platform !== "linux" || process.getuid?.() !== 0
      ? "files of other users need Linux and root"
      : needsPrograms("setfacl", "getfacl", "setfattr", "getfattr"),
  /** Temporary files whose head can be removed while they are written: ext4 or XFS. `deploy/test.sh` mounts one. */
  "collapsible-files": async () =>
    [0xef53, 0x58465342].includes((await statfs(tmpdir())).type)
      ? needsPrograms("fallocate")
      : `files in ${tmpdir()} cannot lose their head (TMPDIR on ext4 or XFS can)`,
  curl: async () => needsPrograms("curl"),
  lsof: async () => needsPrograms("lsof"),
  logrotate: async () => needsPrograms("logrotate"),
  systemd: async () => needsPrograms("systemd-analyze"),
  registry: async () => needsPrograms("docker-registry"),
  "python-socketio": async () => {
    try {
      execFileSync(findSystemPython(), ["-c", "import socketio, websocket, requests"], { stdio: "ignore" });
      return null;
    } catch {
      return "not installed: python3-socketio, python3-websocket, python3-requests";
    }
  },
  /** The plugin, or either generation of the standalone program. */
  compose: async () =>
    existsSync("/usr/libexec/docker/cli-plugins/docker-compose") ? null : needsPrograms("docker-compose"),
  /** Separate namespaces for mounts, users and networks, to test full disks, exhausted watches and cut networks. */
  namespaces: async () => {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return "separate namespaces need Linux and root";
    try {
      execFileSync("unshare", ["-m", "-n", "true"], { stdio: "ignore" });
      return needsPrograms("iptables");
    } catch {
      return "this machine allows no namespaces";
    }
  },
};

/**
 * Whether this machine lacks a real part, for `describe.skipIf(await lacks("docker"))`; reports it on stderr. With
 * REQUIRE_ALL=1 a missing part throws instead, so that no test is skipped unnoticed.
 */
export async function lacks(...parts: TestPart[]): Promise<boolean> {
  for (const part of parts) {
    const reason = await looks[part]();
    if (reason === null) continue;
    if (process.env.REQUIRE_ALL === "1") throw new Error(`REQUIRE_ALL=1 allows no skipped tests, but: ${reason}`);
    process.stderr.write(`left out, needs ${part}: ${reason}\n`);
    return true;
  }
  return false;
}

/** Returns the absolute path of a program in PATH or in the system folders. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The system's Python, which has the system's packages, unlike another one in PATH. */
export const findSystemPython = (): string =>
  ["/usr/bin/python3"].find(isExecutable) ?? findProgram("python3") ?? "python3";

/** Returns the path of Chromium or Chrome; CHROMIUM overrides it. */
export function findChromium(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  return (
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"].map(findProgram).find(Boolean) ??
    [mac].find(isExecutable)
  );
}

/** Returns the path of Deno's binary. Not npm's wrapper, which would survive signals that end its child. */
export function findDeno(): string | undefined {
  const { platform, arch } = process;
  const name = platform === "linux" ? `linux-${arch}-glibc` : `${platform}-${arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("deno/package.json"));
    return [require.resolve(`@deno/${name}/deno`)].find(isExecutable);
  } catch {
    return undefined;
  }
}

/** Returns the path of Bun in its npm package. */
export function findBun(): string | undefined {
  const { platform, arch } = process;
  const name = `bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`;
  return [join(import.meta.dirname, "../../node_modules/@oven", name, "bin/bun")].find(isExecutable);
}

function needsPrograms(...names: string[]): string | null {
  const missing = names.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? null : `not installed: ${missing.join(", ")}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
