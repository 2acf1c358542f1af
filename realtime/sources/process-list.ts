import type { ProcessHost } from "../../shared/host/processes.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";

/** PM2's bus is silent about some changes, such as another client deleting a stopped process: the list is compared this often. */
const COMPARE_MS = 5_000;

export interface ListedChange {
  name: string;
  action: "start" | "change" | "delete";
}

export interface ProcessListWatch {
  /** Called when the first one looks: changes from now on are told. */
  begin(): void;
  close(): void;
}

/** What a viewer of the list would see change; processor time and the like are not part of it. */
const signatureOf = ({ instances }: Deployment) =>
  instances
    .map(({ pmId, status }) => `${pmId} ${status}`)
    .sort()
    .join();

/** Compares the list of processes with the one before while `isWatched` says that somebody looks. */
export function watchProcessList(
  processes: Pick<ProcessHost, "list">,
  isWatched: () => boolean,
  onChange: (change: ListedChange) => void,
): ProcessListWatch {
  let known: Map<string, string> | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const compare = async () => {
    if (!isWatched()) {
      known = undefined;
      return;
    }
    const listed = new Map((await processes.list()).map((deployment) => [deployment.name, signatureOf(deployment)]));
    const before = known;
    known = listed;
    if (!before || closed) return;
    for (const [name, signature] of listed) {
      const old = before.get(name);
      if (old !== signature) onChange({ name, action: old === undefined ? "start" : "change" });
    }
    for (const name of before.keys()) if (!listed.has(name)) onChange({ name, action: "delete" });
  };
  const schedule = () => {
    if (closed) return;
    // A daemon that is away is told by its bus; the list is compared with the last one it gave.
    timer = setTimeout(
      () =>
        void compare()
          .catch(() => undefined)
          .then(schedule),
      COMPARE_MS,
    );
    timer.unref();
  };
  schedule();
  return {
    begin() {
      known = undefined;
      void compare().catch(() => undefined);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
