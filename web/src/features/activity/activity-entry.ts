import { actionPhrase, actorName } from "../../../../shared/protocol/action-labels.ts";
import type { ActivityEntry, ActivityState } from "../../../../shared/protocol/activity.ts";
import { containerHref, folderHref, processHref, serverHref, stackHref, volumeHref } from "../../lib/addresses.ts";
import { dates, formatDuration, formatElapsed } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/Badge.tsx";
import { activityMessages } from "./messages.ts";

export const stateTones: Record<ActivityState, Tone> = {
  running: "info",
  succeeded: "ok",
  failed: "bad",
  refused: "warn",
  cancelled: "neutral",
  interrupted: "bad",
};

type Named = Pick<ActivityEntry, "action" | "target" | "state" | "actor">;

/** The id behind the name of what can be renamed: in a sentence the name is enough. */
const idBehind = / \([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)$/;

/** `restarted web`, or `tried to restart web`. */
export function phraseOf({ action, target, state }: Omit<Named, "actor">): string {
  const name = visibleName(target.replace(idBehind, ""));
  if (state === "succeeded") return actionPhrase(action, name, "done");
  return `${state === "running" ? "started to" : "tried to"} ${actionPhrase(action, name, "do")}`;
}

/** `ada restarted web` */
export const sentenceOf = (entry: Named): string => `${visibleName(actorName(entry.actor))} ${phraseOf(entry)}`;

/** Address of what an action was about, if it has one; it may no longer exist. */
export function targetHref({ kind, target, targetId, action }: ActivityEntry): string | undefined {
  switch (kind) {
    case "service":
    case "catalogue":
      return action === "catalogue:claim-credentials" ? "/catalogue" : containerHref(target);
    case "deployment":
      return processHref(target);
    case "stack":
      return action === "stack:look-for-compose" ? "/stacks" : stackHref(target);
    case "mcp":
      return targetId === null ? "/mcp" : serverHref(targetId);
    case "volume":
      return volumeHref(target);
    case "file":
      return target.startsWith("/") ? folderHref(target.slice(0, Math.max(1, target.lastIndexOf("/")))) : "/files";
    default:
      return pages[kind];
  }
}

const pages: Record<string, string | undefined> = {
  image: "/images",
  network: "/networks",
  registry: "/images",
  disk: "/disk",
  update: "/services",
  alert: "/alerts",
  "alert-rule": "/alerts",
  "alert-channel": "/alerts",
  user: "/users",
  key: "/keys",
  account: "/account",
  session: "/account",
};

const dayFormat = dates({ dateStyle: "full" });
const dayOf = (time: number) => new Date(time).toDateString();
const DAY_MS = 86_400_000;

/** Name of the day of an entry, in the time zone of the browser. */
export function dayLabel(iso: string, now: number): string {
  const time = Date.parse(iso);
  if (dayOf(time) === dayOf(now)) return activityMessages.today;
  if (dayOf(time) === dayOf(now - DAY_MS)) return activityMessages.yesterday;
  return dayFormat.format(time);
}

/** How long an action took, or has taken so far: `40ms`, `12m 5s`. */
export function durationOf({ startedAt, finishedAt }: Pick<ActivityEntry, "startedAt" | "finishedAt">, now: number) {
  const ms = Math.max(0, (finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt));
  return finishedAt ? formatElapsed(ms) : formatDuration(ms / 1_000);
}

export type ActivityRow = { day: string } | { entry: ActivityEntry };

/** The entries with a row for each day. */
export function toRows(entries: readonly ActivityEntry[], now: number): ActivityRow[] {
  let day: string | undefined;
  return entries.flatMap((entry): ActivityRow[] => {
    const label = dayLabel(entry.startedAt, now);
    if (label === day) return [{ entry }];
    day = label;
    return [{ day: label }, { entry }];
  });
}
