import { maskText } from "../../logs/masking.ts";
import type { CreateDeployment, DeploymentPreview, PreviewDeployment } from "../../protocol/process-create.ts";
import { UnavailableError } from "../../server/dependency.ts";
import { AppError } from "../../server/errors.ts";
import { deploymentIdOf } from "../deployment-id.ts";
import { logPathsOf } from "../log-files.ts";
import type { BusHandlers } from "../pm2-bus.ts";
import type { Pm2Method } from "../pm2-rpc.ts";
import { isOwnProcess, type ProcessEntry, parseProcessList } from "../process-views.ts";
import { confirmStart } from "./confirm-start.ts";
import type { HostUser } from "./host-user.ts";
import { createMessages as texts } from "./messages.ts";
import { argvOf, environmentOf, type ProcessIdentity, toEcosystem, toSettings } from "./process-settings.ts";
import { type Problem, resolveProcess } from "./resolve-process.ts";
import { startDaemon } from "./start-daemon.ts";
import { followOutput } from "./startup-output.ts";

/** The daemon that a process is created in. */
export interface CreateTarget {
  home: string;
  /** Its key, which precedes the ids of its apps. */
  daemon: string;
  user: HostUser;
  call(method: Pm2Method, argument: unknown, limitMs?: number): Promise<unknown>;
  /** PM2's list. */
  read(): Promise<unknown[]>;
  follow(handlers: BusHandlers, signal: AbortSignal): void;
}

/** Time for PM2 to start all instances. */
const PREPARE_LIMIT_MS = 40_000;
const REMOVE_LIMIT_MS = 40_000;
const MIN_MAJOR = 5;
/** Shorter values of variables are found in texts by chance. */
const MIN_SECRET = 6;

/** Says what a process to create would be, and what hinders it. Starts nothing. */
export async function previewProcess(target: CreateTarget, preview: PreviewDeployment): Promise<DeploymentPreview> {
  const { name, namespace, variables, ...draft } = preview;
  const { user, daemon } = target;
  const id = deploymentIdOf(namespace, name, daemon);
  const [resolved, found] = await Promise.all([resolveProcess(draft, user), lookAt(target)]);
  const problems: Problem[] = [...resolved.problems];
  const notes = [...resolved.notes];
  if (isOwnProcess(id)) problems.push({ field: "name", message: texts.ownName });
  if (found.entries.some((entry) => toId(daemon)(entry) === id)) problems.push({ field: "name", message: texts.taken });
  if (found.daemon.state === "absent" && !draft.startDaemon) {
    problems.push({ field: "startDaemon", message: texts.panelAbsent });
  } else if (found.daemon.state === "down") {
    problems.push({ field: "startDaemon", message: found.daemon.hint ?? "" });
  }
  if (found.tooOld !== undefined) problems.push({ field: "startDaemon", message: texts.oldDaemon(found.tooOld) });
  const own = new Set(variables);
  const all = Object.keys(environmentOf(draft, resolved, user, Object.fromEntries(variables.map((key) => [key, ""]))));
  return {
    id,
    user: user.name,
    daemon: found.daemon,
    argv: argvOf(resolved, draft.args),
    cwd: draft.cwd,
    interpreter: resolved.interpreter,
    variables: all.map((key) => ({ name: key, added: !own.has(key) })),
    restarts: resolved.restarts.map((time) => time.toISOString()),
    ecosystem: toEcosystem({ namespace, name }, draft, resolved, variables),
    problems,
    notes,
  };
}

const toId =
  (daemon: string) =>
  ({ pm2_env }: ProcessEntry): string =>
    deploymentIdOf(pm2_env.namespace, pm2_env.name, daemon);

async function lookAt({ read, call }: CreateTarget) {
  try {
    const entries = parseProcessList(await read());
    return { daemon: { state: "up" as const }, entries, tooOld: await tooOldVersion(call) };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { daemon: { state: error.state, hint: error.message }, entries: [] as ProcessEntry[], tooOld: undefined };
  }
}

/** Version of a daemon whose settings of a process are other ones; undefined if it is recent enough. */
async function tooOldVersion(call: CreateTarget["call"]): Promise<string | undefined> {
  const version = String(await call("getVersion", {}));
  return Number.parseInt(version, 10) < MIN_MAJOR ? version.slice(0, 40) : undefined;
}

/**
 * Creates a process with exactly the given environment and that of its user, and waits until it has run for a second. One that
 * does not is removed again.
 *
 * @returns Sentences about what may not be as expected.
 * @throws AppError `invalid_input`, `conflict` (name taken, or it did not stay up), `upstream_unavailable`
 */
export async function createProcess(
  target: CreateTarget,
  identity: ProcessIdentity,
  { environment: own, ...draft }: CreateDeployment,
): Promise<string[]> {
  const { user, home, daemon } = target;
  const id = deploymentIdOf(identity.namespace, identity.name, daemon);
  const idOfEntry = toId(daemon);
  if (isOwnProcess(id)) throw new AppError("forbidden", texts.ownName);
  const resolved = await resolveProcess(draft, user);
  const [problem] = resolved.problems;
  if (problem) throw new AppError("invalid_input", problem.message);
  const found = await lookAt(target);
  if (found.daemon.state === "absent" && draft.startDaemon) await startDaemon(home, user);
  else if (found.daemon.state !== "up") throw new UnavailableError(found.daemon.state, found.daemon.hint);
  if (found.tooOld !== undefined) throw new AppError("not_supported", texts.oldDaemon(found.tooOld));
  if (found.entries.some((entry) => idOfEntry(entry) === id)) throw new AppError("conflict", texts.taken);
  const settings = toSettings(identity, draft, resolved, {
    environment: environmentOf(draft, resolved, user, own),
    user,
    pm2Home: home,
    usedLogs: new Set(logPathsOf(found.entries)),
  });
  const read = async () => parseProcessList(await target.read()).filter((entry) => idOfEntry(entry) === id);
  const stop = new AbortController();
  try {
    const output = await followOutput(target.follow, identity, stop.signal);
    await target.call("prepare", settings, PREPARE_LIMIT_MS);
    const entries = await confirmStart({
      read,
      count: draft.instances,
      announces: resolved.interpreter !== null && /(node|bun)$/.test(resolved.interpreter.path),
      autorestart: draft.autorestart,
      output,
      hide: (text) => maskText(withoutValues(text, own)),
    });
    return [...resolved.notes, ...memoryNotes(entries, draft.maxMemoryMebibytes)];
  } catch (error) {
    await removeAll(target, read).catch(() => undefined);
    throw error;
  } finally {
    stop.abort();
  }
}

async function removeAll({ call }: CreateTarget, read: () => Promise<readonly ProcessEntry[]>): Promise<void> {
  for (const { pm2_env } of await read()) await call("deleteProcessId", pm2_env.pm_id, REMOVE_LIMIT_MS);
}

function memoryNotes(entries: readonly ProcessEntry[], limit: number | null): string[] {
  if (limit === null) return [];
  const used = Math.max(...entries.map(({ monit }) => Math.round(monit.memory / 1_048_576)));
  return used > limit ? [texts.overMemory(used, limit)] : [];
}

const withoutValues = (text: string, environment: Readonly<Record<string, string>>): string =>
  Object.values(environment)
    .filter((value) => value.length >= MIN_SECRET)
    .reduce((rest, value) => rest.replaceAll(value, "********"), text);
