import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { ProcessListState, SavedApp } from "../../../../shared/protocol/process-list.ts";
import type { Tone } from "../../ui/index.ts";
import { rebootMessages as texts } from "./messages.ts";

/** Apps that a save would change: what is not saved as it runs, or saved although it was deleted. */
export const unsavedApps = ({ apps }: Pick<ProcessListState, "apps">): readonly SavedApp[] =>
  apps.filter(({ state }) => state !== "saved");

/** Whether the processes come back after a reboot, in a few words. The panel's own are started by their unit. */
export function rebootSummary(list: ProcessListState): { tone: Tone; text: string } {
  if (list.unit.state === "absent") return { tone: "warn", text: texts.notStarted };
  if (list.unit.state === "disabled") return { tone: "warn", text: texts.unitDisabled };
  if (list.saved.state === "unreadable") return { tone: "warn", text: texts.listUnreadable };
  const count = unsavedApps(list).length;
  if (count > 0) return { tone: "warn", text: texts.notSaved(count) };
  if (list.unit.state === "unknown") return { tone: "neutral", text: texts.unitUnknown };
  return { tone: "ok", text: texts.allSaved };
}

/** Whether one app comes back as it is now. */
export function appAfterReboot(list: ProcessListState, { id, own }: Pick<Deployment, "id" | "own">): string {
  const app = list.apps.find((one) => one.id === id);
  if (list.unit.state === "absent" || list.unit.state === "disabled") return texts.notStarted;
  if (own && !app && list.unit.state === "enabled") return texts.withPanel;
  if (list.saved.state === "unreadable" || !app) return texts.unknown;
  if (app.state === "unsaved") return texts.appUnsaved;
  const isKnown = list.unit.state === "enabled";
  if (app.state === "different") return texts.appDifferent(app.changed.map((field) => texts.fields[field]).join(", "));
  return isKnown ? texts.appSaved : texts.appSavedUnknown;
}
