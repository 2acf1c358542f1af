import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { AppError } from "../../../shared/server/errors.ts";
import { runChild, searchPath } from "../../../shared/server/run-child.ts";
import { findProgram } from "../../settings/program.ts";
import { childEnvironment } from "../connection/child-environment.ts";
import { messages } from "../messages.ts";
import type { PackageCall } from "./package-call.ts";

/** Longest installation. */
const INSTALL_MS = 5 * 60_000;
/** Lines of output in which the reason of a failure is looked for. */
const MAX_LINES = 200;
/** Variables of a server that its installation needs too; the others may be secrets. */
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/** What was installed into a folder. */
export interface Installed {
  /** Absolute path of the program. */
  bin: string;
  package: string;
  version: string;
}

export interface InstallOptions {
  call: PackageCall;
  /** The registered program: its neighbour installs, so that an absolute path keeps its meaning. */
  command: string;
  /** Variables of the server. */
  env: Readonly<Record<string, string>>;
  /** Empty folder of its own. */
  folder: string;
  signal: AbortSignal;
  onLine(line: string): void;
}

/**
 * Installs what `npx` or `uvx` would run.
 *
 * @throws AppError `upstream_unavailable` with the package manager's last words
 */
export function install(options: InstallOptions): Promise<Installed> {
  return options.call.runner === "npx" ? installNpm(options) : installUv(options);
}

/** Folders that a program of this installation searches before PATH, as under `npx`. */
export const binFolders = (call: PackageCall, folder: string): string[] =>
  call.runner === "npx" ? [join(folder, "node_modules/.bin")] : [join(folder, "bin")];

async function installNpm({ call, folder, ...options }: InstallOptions): Promise<Installed> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--no-progress"];
  const args = ["install", "--prefix", folder, ...quiet, "--", ...call.packages];
  await run("npm", args, {}, { ...options, call, folder });
  const { dependencies = {} } = await readJson(join(folder, "package.json"));
  const names = Object.keys(dependencies as Record<string, string>);
  for (const name of names) {
    const home = join(folder, "node_modules", name);
    const manifest = await readJson(join(home, "package.json"));
    const file = binOf(manifest, name, call.bin);
    if (file === undefined) continue;
    const bin = findProgram(resolve(home, file));
    if (bin === null) continue;
    return { bin, package: name, version: String(manifest.version ?? "") };
  }
  throw new AppError("upstream_unavailable", messages.noBin(call.packages.join(", ")));
}

/** The rule of `npx`: the only program, or the one that is called like the package. */
function binOf(manifest: Record<string, unknown>, name: string, wanted: string | null): string | undefined {
  const own = basename(name);
  const { bin } = manifest;
  const bins = new Map<string, unknown>(
    typeof bin === "string" ? [[own, bin]] : typeof bin === "object" && bin !== null ? Object.entries(bin) : [],
  );
  const [only] = bins.size === 1 || new Set(bins.values()).size === 1 ? bins.values() : [];
  const file = wanted === null ? (bins.get(own) ?? only) : bins.get(wanted);
  return typeof file === "string" ? file : undefined;
}

async function installUv({ call, folder, ...options }: InstallOptions): Promise<Installed> {
  const [main = "", ...extra] = call.packages;
  const withs = extra.flatMap((name) => ["--with", name]);
  const python = call.python === null ? [] : ["--python", call.python];
  const folders = { UV_TOOL_DIR: join(folder, "tools"), UV_TOOL_BIN_DIR: join(folder, "bin") };
  await mkdir(folders.UV_TOOL_BIN_DIR, { recursive: true });
  const args = ["tool", "install", "--no-progress", ...python, ...withs, "--", main];
  await run("uv", args, folders, { ...options, call, folder });
  const bin = findProgram(join(folders.UV_TOOL_BIN_DIR, call.bin ?? main));
  // Beside the folder of the tool, uv leaves files of its own there.
  const entries = await readdir(folders.UV_TOOL_DIR, { withFileTypes: true }).catch(() => []);
  const name = entries.find((entry) => entry.isDirectory())?.name ?? main;
  if (bin === null) throw new AppError("upstream_unavailable", messages.noBin(name));
  return { bin, package: name, version: await versionOfTool(join(folders.UV_TOOL_DIR, name), name) };
}

/** From the folder `name-version.dist-info` that Python's packages have. */
async function versionOfTool(home: string, name: string): Promise<string> {
  const lib = join(home, "lib");
  const [python = ""] = await readdir(lib).catch(() => []);
  const folders = await readdir(join(lib, python, "site-packages")).catch(() => []);
  const prefix = `${name.replaceAll(/[-.]/g, "_").toLowerCase()}-`;
  const info = folders.find((one) => one.toLowerCase().startsWith(prefix) && one.endsWith(".dist-info"));
  return info?.slice(prefix.length, -".dist-info".length) ?? "";
}

/** Runs a package manager. Its last words are the reason when it fails. */
async function run(
  manager: "npm" | "uv",
  args: readonly string[],
  more: Record<string, string>,
  { call, command, env, folder, signal, onLine }: InstallOptions,
): Promise<void> {
  const what = call.packages.join(", ");
  const refuse = (why: string) => new AppError("upstream_unavailable", messages.notInstalled(what, why));
  const beside = isAbsolute(command) ? findProgram(join(dirname(command), manager)) : null;
  const program = beside ?? findProgram(manager, searchPath());
  if (program === null) throw refuse(messages.noInstaller(manager));
  const proxies = Object.entries(env).filter(([name]) => PROXY_VARIABLES.includes(name));
  const output: string[] = [];
  const { code, timedOut } = await runChild({
    program,
    args,
    cwd: folder,
    env: { ...childEnvironment(Object.fromEntries(proxies)), ...more },
    timeoutMs: INSTALL_MS,
    signal,
    onLine(line) {
      onLine(line);
      if (output.length < MAX_LINES) output.push(line.replaceAll(folder + sep, "").replaceAll(folder, ""));
    },
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw refuse(error instanceof Error ? error.message : String(error));
  });
  signal.throwIfAborted();
  if (timedOut) throw refuse(messages.installTooSlow(INSTALL_MS / 60_000));
  if (code !== 0) throw refuse(reasonIn(output) ?? messages.installerFailed(manager, code));
}

/** The line in which npm or uv says what went wrong; undefined when there is none. */
function reasonIn(output: readonly string[]): string | undefined {
  const errors = output.flatMap((line) => /^(?:npm (?:error|ERR!)|error:|\s*×)\s*(.*)$/.exec(line)?.[1]?.trim() || []);
  const code = errors.find((line) => line.startsWith("code "))?.slice(5) ?? "";
  // Beside sentences, npm prints fields of the error; a sentence begins with its code again.
  const sentence = errors.find((line) => !/^(code|syscall|path|dest|errno|command|cwd|signal)\b/.test(line));
  const [first = "", ...rest] = sentence?.split(" ") ?? [];
  const isCode = first !== "" && code.toLowerCase().endsWith(first.toLowerCase());
  return (isCode ? rest.join(" ") : sentence)?.slice(0, 300) || undefined;
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
