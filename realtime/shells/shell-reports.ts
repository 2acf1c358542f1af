import type { ShellReport } from "../../shared/protocol/shell.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import type { Log } from "../../shared/server/log.ts";
import { createJsonPoster } from "../handshake/post-json.ts";

/** Reports that wait for an unavailable API; each becomes a line of the audit trail. */
const MAX_WAITING = 500;
const RETRY_MS = 3_000;
const ANSWER_MS = 5_000;

export interface ShellReports {
  send(report: ShellReport): void;
  /** Tries once more and logs what could not be delivered. */
  close(): Promise<void>;
}

/** Reports ended shells to the API for the audit trail: in order, with retries. */
export function createShellReports(backendUrl: string, emitToken: string, log: Log): ShellReports {
  const post = createJsonPoster(backendUrl, { Authorization: `Bearer ${emitToken}` }, ANSWER_MS);
  const waiting: ShellReport[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = singleFlight(async () => {
    clearTimeout(timer);
    for (let report = waiting[0]; report; report = waiting[0]) {
      const status = await post("/internal/shells", report).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 0 || status >= 500 || status === 429) {
        timer = setTimeout(() => void flush(), RETRY_MS);
        timer.unref();
        return;
      }
      if (status > 299) log.error({ status, shell: report.shellId }, "the API rejected the report of an ended shell");
      waiting.shift();
    }
  });

  return {
    send(report) {
      if (waiting.length >= MAX_WAITING) {
        log.error({ report: waiting.shift() }, "the API does not respond: the end of a shell is in this log only");
      }
      waiting.push(report);
      void flush();
    },
    async close() {
      await flush.running;
      await flush();
      clearTimeout(timer);
      for (const report of waiting) log.error({ report }, "the end of a shell is in this log only");
    },
  };
}
