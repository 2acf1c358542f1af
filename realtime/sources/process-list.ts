import type { Processes } from "../../shared/pm2/daemons.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { Log } from "../../shared/server/log.ts";

/** Interval at which the list is compared: PM2's bus does not report some changes, such as the deletion of a stopped process. */
const COMPARE_MS = 5_000;

export interface ListedChange {
  /** Id of the deployment. */
  id: string;
  name: string;
  action: "start" | "change" | "delete";
}

export interface ProcessListWatch {
  /** To be called for the first viewer: later changes are reported. */
  begin(): void;
  close(): void;
}

interface Listed {
  name: string;
  signature: string;
}

/** The fields whose changes are reported; without CPU usage and other metrics. */
const signatureOf = ({ instances }: Deployment) =>
  instances
    .map(({ pmId, status }) => `${pmId} ${status}`)
    .sort()
    .join();

/** Compares the list of processes with the previous one while `isWatched` returns true. */
export function watchProcessList(
  processes: Pick<Processes, "survey">,
  isWatched: () => boolean,
  onChange: (change: ListedChange) => void,
  log: Log,
): ProcessListWatch {
  let known: Map<string, Listed> | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const compare = async () => {
    if (!isWatched()) {
      known = undefined;
      return;
    }
    const { deployments, isUnknown } = await processes.survey();
    const listed = new Map(deployments.map((one) => [one.id, { name: one.name, signature: signatureOf(one) }]));
    const before = known;
    // What is unknown now is compared with its last state later.
    for (const [id, state] of before ?? []) if (!listed.has(id) && isUnknown(id)) listed.set(id, state);
    known = listed;
    if (!before || closed) return;
    for (const [id, { name, signature }] of listed) {
      const old = before.get(id);
      if (old?.signature !== signature) onChange({ id, name, action: old === undefined ? "start" : "change" });
    }
    for (const [id, { name }] of before) if (!listed.has(id)) onChange({ id, name, action: "delete" });
  };
  let failing = false;
  /** Compares the list with the last one received. If the daemon is unavailable, the bus reports that. */
  const look = async () => {
    try {
      await compare();
      failing = false;
    } catch (error) {
      if (!(error instanceof UnavailableError) && !failing) {
        failing = true;
        log.error({ err: error }, "the list of processes could not be compared");
      }
    }
  };
  const schedule = () => {
    if (closed) return;
    timer = setTimeout(() => void look().then(schedule), COMPARE_MS);
    timer.unref();
  };
  schedule();
  return {
    begin() {
      known = undefined;
      void look();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
