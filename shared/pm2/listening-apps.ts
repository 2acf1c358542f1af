import type { ListeningPort } from "../protocol/deployment-details.ts";
import type { ProcessEntry } from "./process-views.ts";

export interface ListeningReaders {
  /** Ports of these processes and their children; null if they are unknown. */
  ofProcesses(pids: readonly number[]): Promise<ListeningPort[] | null>;
  /** Ports that the daemon itself listens on; null if they are unknown. */
  ofDaemon(): Promise<ListeningPort[] | null>;
}

const isUp = ({ pid, pm2_env: { status } }: ProcessEntry) => pid > 0 && (status === "online" || status === "launching");
const isCluster = ({ pm2_env }: ProcessEntry) => pm2_env.exec_mode === "cluster_mode";

/** Pids of the running processes among these. */
export const runningPids = (entries: readonly ProcessEntry[]): number[] => entries.filter(isUp).map(({ pid }) => pid);

/**
 * TCP ports that an app listens on. In cluster mode PM2's daemon listens for all its apps: what it listens on belongs to the app if
 * it is the only running one in that mode, and is unknown otherwise.
 *
 * @param entries Processes of the app.
 * @param all Processes of the daemon.
 * @returns Null if they are unknown.
 */
export async function portsOfApp(
  entries: readonly ProcessEntry[],
  all: readonly ProcessEntry[],
  { ofProcesses, ofDaemon }: ListeningReaders,
): Promise<ListeningPort[] | null> {
  const own = await ofProcesses(runningPids(entries));
  if (own === null || !entries.some((entry) => isCluster(entry) && isUp(entry))) return own;
  const isShared = all.some((entry) => isCluster(entry) && isUp(entry) && !entries.includes(entry));
  const shared = isShared ? null : await ofDaemon();
  return shared && [...own, ...shared].sort((a, b) => a.port - b.port || a.address.localeCompare(b.address));
}
