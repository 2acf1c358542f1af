import { nameOfDeployment } from "../../shared/pm2/deployment-id.ts";
import type { AlertSubject } from "../../shared/protocol/alert.ts";
import type { RealtimeClient } from "./realtime-client.ts";

/** Changes of one subject within this time are sent as one notice. */
const BATCH_MS = 250;
/** Notices with a name in one batch. Beyond it one notice without a name goes to everybody as well. */
const MAX_NAMES = 50;

/**
 * Notifies viewers that something about containers, processes or the host has changed, by an event such as
 * `alerts:changed`. A notice carries no content: viewers read the API, which applies their
 * scope. A notice with a name reaches only viewers who can see that container or process.
 */
export function createChangeNotifier(
  realtime: Pick<RealtimeClient, "emitToWS">,
  event: "alerts:changed" | "activity:changed",
) {
  const waiting = new Map<string, AlertSubject>();
  let general = false;
  let timer: NodeJS.Timeout | undefined;

  const notify = () => {
    timer = undefined;
    const timestamp = new Date().toISOString();
    const subjects = [...waiting.values()];
    waiting.clear();
    for (const { kind, name } of subjects.slice(0, MAX_NAMES)) {
      if (kind === "container") realtime.emitToWS("services", event, { containerName: name, timestamp });
      else if (kind === "process")
        realtime.emitToWS("deployments", event, {
          deploymentId: name,
          pm2Name: nameOfDeployment(name),
          timestamp,
        });
      else general = true;
    }
    if (general || subjects.length > MAX_NAMES) realtime.emitToWS("services", event, { timestamp });
    general = false;
    // A viewer with a limited scope gets only notices with a name: the remaining names follow in the next batch.
    for (const subject of subjects.slice(MAX_NAMES)) waiting.set(`${subject.kind} ${subject.name}`, subject);
    if (waiting.size > 0) timer = setTimeout(notify, BATCH_MS);
  };

  return {
    /** @param subjects Empty for a change that concerns the whole host. */
    changed(subjects: readonly AlertSubject[]): void {
      if (subjects.length === 0) general = true;
      for (const subject of subjects) waiting.set(`${subject.kind} ${subject.name}`, subject);
      timer ??= setTimeout(notify, BATCH_MS);
    },
    close: () => clearTimeout(timer),
  };
}
