import process from "node:process";
import { OWN_DAEMON } from "../protocol/daemon-key.ts";
import type { ProcessListState } from "../protocol/process-list.ts";
import { AppError } from "../server/errors.ts";
import { type Account, createAccounts, ownUserName } from "./accounts.ts";
import { decodeArgument } from "./amp.ts";
import type { CreateTarget } from "./create/create-process.ts";
import { type HostUser, otherUser, ownUser } from "./create/host-user.ts";
import { listInterpreters } from "./create/interpreters.ts";
import { createDaemonCalls, notFound } from "./daemon-calls.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { chooseDeployment, partsOfDeployment } from "./deployment-id.ts";
import { type ListeningReaders, portsOfApp, runningPids } from "./listening-apps.ts";
import { logPathsOf, sizeOfLogs } from "./log-files.ts";
import { findLogRotation } from "./log-rotation.ts";
import { createProcessChanges } from "./process-changes.ts";
import { toDetails } from "./process-details.ts";
import type { DaemonHost } from "./process-host.ts";
import { toProcessLogFiles } from "./process-log-files.ts";
import {
  groupProcesses,
  isOwnProcess,
  type ProcessEntry,
  parseProcessEvent,
  parseProcessList,
} from "./process-views.ts";
import { findRunUsers } from "./run-users.ts";
import { boundNames, compareSaved, readSavedList, revisionOf, toSavedList } from "./saved-list.ts";
import { findStartupUnit } from "./startup-unit.ts";

export interface ProcessHostOptions {
  /** How the daemon is reached. */
  link: DaemonLink;
  /** Its key, which precedes the ids of its apps; absent for the panel's own daemon. */
  daemon?: string;
  /** Name of the user it belongs to. */
  user?: string;
  /** Whether it is root's: only then its processes can run as other users. */
  isRoot?: boolean;
  accountOf?: (uid: number) => Promise<Account>;
  /** Processes beyond it do not exist for this panel. */
  maxProcesses?: number;
  /** Time limit of a call, in milliseconds; default: 2,000. */
  callLimitMs?: number | undefined;
}

export function createProcessHost({
  link,
  daemon = OWN_DAEMON,
  user = ownUserName(),
  isRoot = process.getuid?.() === 0,
  accountOf = createAccounts(),
  maxProcesses,
  callLimitMs,
}: ProcessHostOptions): DaemonHost {
  const calls = createDaemonCalls({ link, daemon, maxProcesses, callLimitMs });
  const { call, listRaw, list, find, idOf, requireWrite } = calls;
  const toDeployments = async (entries: readonly ProcessEntry[]) => {
    const users = isRoot ? await findRunUsers(entries, accountOf) : new Map<number, string>();
    return groupProcesses(entries, {
      daemon,
      userOf: ({ pm2_env: { uid } }) => (uid && users.get(uid)) || user,
      readOnly: !link.canWrite,
    });
  };
  const hostUser = (): HostUser => (daemon === OWN_DAEMON ? ownUser() : otherUser(user, link.home));
  const creation = (): CreateTarget => ({
    home: link.home,
    daemon,
    user: hostUser(),
    call,
    read: listRaw,
    follow: link.followBus,
  });
  const allLogFiles = async () =>
    new Map([...Map.groupBy(await list(), idOf)].map(([id, found]) => [id, found.map(toProcessLogFiles)]));
  const listening: ListeningReaders = {
    ofProcesses: link.listeningPorts,
    ofDaemon: async () => (await link.daemonPorts?.()) ?? null,
  };

  return {
    home: link.home,
    async ping() {
      await call("ping", {});
    },
    list: async () => toDeployments(await list()),
    async read() {
      const raw = await listRaw();
      const entries = parseProcessList(raw.slice(0, maxProcesses));
      const omitted = Math.max(0, raw.length - (maxProcesses ?? raw.length));
      return { deployments: await toDeployments(entries), processes: entries.length, omitted };
    },
    get: async (id) => {
      const [found] = await toDeployments(await find(id));
      if (!found) throw notFound();
      return found;
    },
    async choose(wanted, sees) {
      const seen = (await toDeployments(await list())).filter(({ id }) => sees(id));
      return chooseDeployment(seen, wanted).id;
    },
    async logFiles(id) {
      return (await find(id)).map(toProcessLogFiles);
    },
    logPaths: async (id) => logPathsOf(await find(id)),
    linkOf: async () => link,
    allLogFiles,
    async logSizes() {
      const sizes = new Map<string, number | null>();
      for (const [id, files] of await allLogFiles()) {
        const paths = files.flatMap(({ out, error, both }) => [out, error, both].filter((path) => path !== null));
        sizes.set(id, await sizeOfLogs(link, paths));
      }
      return sizes;
    },
    ...createProcessChanges(calls, link),
    async savedState(): Promise<ProcessListState> {
      const [raw, saved, unit] = await Promise.all([listRaw(), readSavedList(link), findStartupUnit(link.home, user)]);
      const apps = compareSaved(toSavedList(raw), saved.apps, daemon);
      const { startsPanel, ...foundUnit } = unit;
      // What the installer's unit starts in any case needs no saving.
      const shown = apps.filter(({ id }) => !startsPanel || !isOwnProcess(id));
      return {
        unit: foundUnit,
        saved: { state: saved.state, at: saved.at },
        apps: boundNames(shown),
        revision: revisionOf(apps),
      };
    },
    async saveList(revision) {
      requireWrite();
      const apps = toSavedList(await listRaw());
      const compared = compareSaved(apps, (await readSavedList(link)).apps, daemon);
      if (revisionOf(compared) !== revision) throw new AppError("conflict", "PM2's list changed since it was shown.");
      if (apps.length === 0) throw new AppError("conflict", "PM2 has no process that could be saved.");
      await link.writeSaved(JSON.stringify(apps, null, 2));
    },
    async details(id) {
      const raw = await listRaw();
      const all = parseProcessList(raw);
      const found = all.filter((item) => idOf(item) === id);
      if (found.length === 0) throw notFound();
      const pmIds = found.map(({ pm2_env }) => pm2_env.pm_id);
      return {
        ...toDetails(raw, pmIds),
        ports: await portsOfApp(found, all, listening),
        logBytes: await sizeOfLogs(link, logPathsOf(found)),
        logRotation: await findLogRotation(
          logPathsOf(found),
          all.find(({ pm2_env }) => pm2_env.name === "pm2-logrotate")?.pm2_env.status,
        ),
      };
    },
    async ports(ids) {
      const all = await list();
      const found = new Map<string, { pids: number[]; ports: number[] | null }>();
      for (const id of ids) {
        const entries = all.filter((item) => idOf(item) === id);
        if (entries.length === 0) continue;
        const ports = await portsOfApp(entries, all, listening);
        const numbers = ports && [...new Set(ports.map(({ port }) => port))];
        found.set(id, { pids: runningPids(entries), ports: numbers });
      }
      return found;
    },
    async preview(preview) {
      const { previewProcess } = await import("./create/create-process.ts");
      return previewProcess(creation(), preview);
    },
    async interpreters() {
      const found = hostUser();
      return { user: found.name, home: found.home, interpreters: await listInterpreters(found) };
    },
    async create(id, input) {
      requireWrite();
      const { createProcess } = await import("./create/create-process.ts");
      return createProcess(creation(), partsOfDeployment(id), input);
    },
    watch({ onEvent, onState }, signal) {
      const onMessage = (topic: string, data: Buffer | undefined) => {
        if (topic !== "process:event") return;
        const event = parseProcessEvent(decodeArgument(data), daemon);
        if (event) onEvent(event);
      };
      link.followBus({ onMessage, onState: (up) => onState(up, daemon) }, signal);
    },
  };
}
