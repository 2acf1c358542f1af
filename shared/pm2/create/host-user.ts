import { homedir, userInfo } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import process from "node:process";

const MAX_FOLDERS = 64;
/** The user that processes run as. */
export interface HostUser {
  name: string;
  home: string;
  /** Where commands are looked for. */
  folders: readonly string[];
  /** What every process gets, besides its own variables: nothing else of this process is passed on. */
  environment: Readonly<Record<string, string>>;
  /** This process may have other rights: what it may not look at, the user may. */
  isOther: boolean;
}

const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/** The user of this process. */
export function ownUser(): HostUser {
  const { name, shell } = account();
  const home = homedir();
  const { PATH = SYSTEM_PATH, LANG } = process.env;
  const environment: Record<string, string> = { PATH, HOME: home, USER: name, LOGNAME: name, SHELL: shell };
  if (LANG !== undefined) environment.LANG = LANG;
  // Deno and Bun install themselves into the home folder, and into the search path of interactive shells only.
  const extra = [".bun/bin", ".deno/bin", ".local/bin"].map((folder) => join(home, folder));
  return { name, home, folders: foldersOf([PATH, ...extra, SYSTEM_PATH].join(delimiter)), environment, isOther: false };
}

/** The user of another daemon. Its home folder is the one that contains PM2's own folder. */
export function otherUser(name: string, pm2Home: string): HostUser {
  const home = basename(pm2Home) === ".pm2" ? dirname(pm2Home) : pm2Home;
  const environment = { PATH: SYSTEM_PATH, HOME: home, USER: name, LOGNAME: name, SHELL: "/bin/sh" };
  return { name, home, folders: foldersOf(SYSTEM_PATH), environment, isOther: true };
}

function account(): { name: string; shell: string } {
  try {
    const { username, shell } = userInfo();
    return { name: username, shell: shell ?? "/bin/sh" };
  } catch {
    // A user without an entry in the list of accounts, as in a container.
    return { name: String(process.getuid?.() ?? ""), shell: "/bin/sh" };
  }
}

/** The absolute folders of a search path, without repetition. */
const foldersOf = (searchPath: string): string[] =>
  [...new Set(searchPath.split(delimiter).filter(isAbsolute))].slice(0, MAX_FOLDERS);
