import { access, constants, readdir, readFile } from "node:fs/promises";
import { ownContainerId } from "../../shared/docker/own-container.ts";

/** Families of distributions for which commands are known to work. */
export type Family = "debian" | "ubuntu" | "fedora" | "alpine";

/** What the commands of the first steps depend on. Read from files: nothing is started. */
export interface HostSystem {
  /** Null: another one, or the panel runs in a container, where commands for the host do not apply. */
  family: Family | null;
  /** Docker's own packages are installed, and with them its repository. */
  dockerPackages: boolean;
  systemd: boolean;
  openrc: boolean;
}

/** @param root Folder that is `/`, for tests. */
export async function readHostSystem(root = "/"): Promise<HostSystem> {
  const has = (path: string) => exists(`${root}${path}`);
  const text = (path: string) => readFile(`${root}${path}`, "utf8").catch(() => "");
  const [release, repositories, dockerCe, dockerCeRpm, systemd, openrc, inDocker, inPodman] = await Promise.all([
    text("etc/os-release"),
    text("etc/apk/repositories"),
    has("var/lib/dpkg/info/docker-ce.list"),
    has("etc/yum.repos.d/docker-ce.repo"),
    has("run/systemd/system"),
    has("run/openrc"),
    has(".dockerenv"),
    has("run/.containerenv"),
  ]);
  const inContainer = inDocker || inPodman || (root === "/" && ownContainerId() !== null);
  return {
    family: inContainer ? null : familyOf(release, repositories),
    dockerPackages: dockerCe || dockerCeRpm,
    systemd,
    openrc,
  };
}

function familyOf(release: string, repositories: string): Family | null {
  const field = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(release)?.[1] ?? "";
  const ids = [field("ID"), ...field("ID_LIKE").split(/\s+/)];
  // Ubuntu and its descendants say that they are like Debian too.
  if (ids.includes("ubuntu")) return "ubuntu";
  if (ids.includes("debian")) return "debian";
  // Others that are like Fedora have no Docker in their repositories.
  if (ids[0] === "fedora") return "fedora";
  // Docker is in the repository `community`, which a new installation has turned off.
  if (ids[0] === "alpine" && /^[^#\n]*\/community\s*$/m.test(repositories)) return "alpine";
  return null;
}

/** Whether one of these files can be executed, in the folders where systems install programs. */
export async function hasProgram(...names: string[]): Promise<boolean> {
  const folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin", "/snap/bin"];
  const paths = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return (await Promise.all(paths.map((path) => exists(path, constants.X_OK)))).includes(true);
}

const exists = (path: string, mode: number = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** Processes looked at; a host with more has other worries than whether nginx runs. */
const MAX_PROCESSES = 20_000;

/** Whether a process of this name runs; null when the processes of other users cannot be seen. */
export async function isRunning(name: string, proc = "/proc"): Promise<boolean | null> {
  const ids = (await readdir(proc).catch(() => [])).filter((entry) => /^\d+$/.test(entry)).slice(0, MAX_PROCESSES);
  if (ids.length === 0) return null;
  // The first process of the host belongs to root: without it, only own processes are listed.
  if (!ids.includes("1")) return null;
  for (const id of ids) {
    const comm = await readFile(`${proc}/${id}/comm`, "utf8").catch(() => "");
    if (comm.trimEnd() === name) return true;
  }
  return false;
}
