import { nameOfDeployment } from "../../shared/pm2/deployment-id.ts";
import type { AlertSubject } from "../../shared/protocol/alert.ts";
import type { WsClient } from "../lib/ws-client.ts";

/** Changes of one subject are told once in so long. */
const GATHER_MS = 250;
/** Names told one by one; of more, everybody is told without a name. */
const NAMES_MAX = 50;

/**
 * Tells the viewers that something about alerts has changed, and nothing of what: they ask the API, which knows what each
 * may see. With a name, only who may see that container or process is told.
 */
export function createTeller(realtime: Pick<WsClient, "emitToWS">) {
  const waiting = new Map<string, AlertSubject>();
  let general = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = () => {
    timer = undefined;
    const timestamp = new Date().toISOString();
    const subjects = [...waiting.values()];
    waiting.clear();
    // A limited viewer gets only what names something of theirs: of a storm each name has to be told.
    for (const { kind, name } of subjects.slice(0, NAMES_MAX)) {
      if (kind === "container") realtime.emitToWS("services", "alerts:changed", { containerName: name, timestamp });
      else if (kind === "process")
        realtime.emitToWS("deployments", "alerts:changed", {
          deploymentId: name,
          pm2Name: nameOfDeployment(name),
          timestamp,
        });
      else general = true;
    }
    if (general || subjects.length > NAMES_MAX) realtime.emitToWS("services", "alerts:changed", { timestamp });
    general = false;
    for (const subject of subjects.slice(NAMES_MAX)) waiting.set(`${subject.kind} ${subject.name}`, subject);
    if (waiting.size > 0) timer = setTimeout(tell, GATHER_MS);
  };

  return {
    /** @param subjects Empty: rules, channels, what is no subject. */
    changed(subjects: readonly AlertSubject[]): void {
      if (subjects.length === 0) general = true;
      for (const subject of subjects) waiting.set(`${subject.kind} ${subject.name}`, subject);
      timer ??= setTimeout(tell, GATHER_MS);
    },
    close: () => clearTimeout(timer),
  };
}
