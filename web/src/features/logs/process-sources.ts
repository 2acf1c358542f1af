import type { Live } from "../../lib/live-context.ts";
import type { LiveSource } from "./live/live-logs.ts";
import type { LogOrigin } from "./live/log-entry.ts";

/** The PM2 name in the id of a deployment: ids of another namespace are `namespace/name` with encoded parts. */
export function processName(id: string): string {
  const name = id.slice(id.indexOf("/") + 1);
  return name.replace(/%(25|2F|3A|[01][0-9A-F]|7F)/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** What a process is called among containers; no container's name has a space. */
export const processLabel = (id: string): string => `${processName(id)} (PM2)`;

export interface ProcessSourcesOptions {
  deploymentsWS: Live["deploymentsWS"];
  /** Lines of history that each begins with. */
  tail: number;
  originOf: (label: string) => LogOrigin | undefined;
}

/** The live logs of PM2 processes, by the ids of their deployments. */
export const toProcessSources = (
  ids: readonly string[],
  { deploymentsWS, tail, originOf }: ProcessSourcesOptions,
): LiveSource[] =>
  ids.map((id) => {
    const origin = originOf(processLabel(id));
    return {
      key: `${origin !== undefined}/pm2/${id}`,
      ownTimes: true,
      ...(origin && { origin }),
      open: ({ onLogs, ...handlers }) => deploymentsWS.subscribeLogs(id, id, onLogs, { tail, ...handlers }),
    };
  });
