import type { WatchEvent } from "../../../../shared/protocol/watch.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/Badge.tsx";
import { phraseOf } from "../activity/activity-entry.ts";
import { eventLabel, hrefOf, subjectName, toneOf } from "../alerts/alert-labels.ts";
import { eventMessages as texts } from "./messages.ts";

export interface EventLine {
  tone: Tone;
  text: string;
  /** Who did it. */
  by: string | null;
  href: string | null;
}

/** An event in one sentence. */
export function toEventLine(event: WatchEvent): EventLine {
  if (event.kind === "alert") {
    const { event: alert } = event;
    return {
      tone: toneOf(alert),
      text: texts.alert(eventLabel(alert.kind), visibleName(alert.ruleName), subjectName(alert.subject)),
      by: null,
      href: hrefOf(alert.subject),
    };
  }
  if (event.kind === "run") return ofRun(event);
  const phrase = phraseOf(event);
  const title = phrase.charAt(0).toUpperCase() + phrase.slice(1);
  const isWell = event.state === "succeeded" || event.state === "running";
  return {
    tone: isWell ? "accent" : event.state === "cancelled" ? "neutral" : "bad",
    text: isWell ? title : `${title}: ${texts.states[event.state]}`,
    by: event.actor.kind !== "system" ? visibleName(event.actor.name) : null,
    href: targetOf(event.action, event.target),
  };
}

function ofRun({ subject, change, count, exitCode }: Extract<WatchEvent, { kind: "run" }>): EventLine {
  const name = subjectName(subject);
  const href = hrefOf(subject);
  if (change === "started") return { tone: "ok", text: texts.started(name), by: null, href };
  const isWell = exitCode === null || stopCodes.has(exitCode);
  if (change === "ended")
    return { tone: isWell ? "neutral" : "bad", text: texts.ended(name, exitCode), by: null, href };
  return { tone: isWell ? "info" : "warn", text: texts.restarted(name, count, exitCode), by: null, href };
}

/** Exit codes of a stop: 0, or those of SIGINT, SIGKILL and SIGTERM. */
const stopCodes = new Set([0, 130, 137, 143]);

/** Pages of the targets of actions whose name is their address. */
const pages: Record<string, string> = { service: "/services", deployment: "/deployments", stack: "/stacks" };

function targetOf(action: string, target: string): string | null {
  const page = pages[action.slice(0, action.indexOf(":"))];
  return page && target ? `${page}/${encodeURIComponent(target)}` : null;
}
