import type { ProcessHost } from "../../../shared/pm2/process-host.ts";
import type { ProcessLogFiles } from "../../../shared/pm2/process-log-files.ts";

type LogFilesHost = Pick<ProcessHost, "logFiles" | "allLogFiles" | "linkOf">;

/**
 * Answers the requests of many followers with few lists of the daemon: one that comes while a list is on its way waits
 * for the next one, with all others. No response is older than its request.
 */
export function shareList(processes: LogFilesHost): Pick<ProcessHost, "logFiles" | "linkOf"> {
  type Lists = Promise<ReadonlyMap<string, ProcessLogFiles[]>>;
  let running: Lists | undefined;
  let next: Lists | undefined;

  const request = (): Lists => {
    const asked = processes.allLogFiles();
    const settled = asked.finally(() => {
      if (running === settled) running = undefined;
    });
    running = settled;
    settled.catch(() => {});
    return settled;
  };
  const afterRunning = async (before: Lists): Lists => {
    await before.catch(() => undefined);
    next = undefined;
    return request();
  };
  const list = (): Lists => {
    if (!running) return request();
    next ??= afterRunning(running);
    return next;
  };
  return {
    linkOf: processes.linkOf,
    async logFiles(id) {
      // One that is missing, or of a daemon that does not respond, is asked for by itself: the error says why.
      return (await list()).get(id) ?? processes.logFiles(id);
    },
  };
}
