import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import type { AlertEvent } from "../../../../shared/protocol/alert.ts";
import { api } from "../../lib/api.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { type TimeRange, toIso } from "../../lib/time-range.ts";
import { type FoundMarks, type MarkSource, noMarks, type TimeMark } from "../../lib/time-view.ts";
import { eventLabel, subjectName, toneOf } from "../alerts/alert-labels.ts";

/** What the events are about: some containers, or the host with everything on it. */
export interface MarkSubject {
  /** Names; all where nothing is named. */
  containers: readonly string[];
  /** Ids of deployments. */
  processes?: readonly string[];
}

/** Most events of each kind; the newest ones. */
const LIMIT = 200;
/** How often events of a period that includes the present are read again, in milliseconds. */
const REFRESH_MS = 30_000;

export function alertMark(event: AlertEvent): TimeMark {
  const tone = toneOf(event);
  return {
    at: Date.parse(event.at),
    text: `${eventLabel(event.kind)}: ${visibleName(event.ruleName)}, ${subjectName(event.subject)}`,
    tone: tone === "accent" ? "info" : tone,
  };
}

/** `restart` of `service:restart`. */
const verbOf = (action: string) => action.slice(action.indexOf(":") + 1).replaceAll("-", " ");

export const auditMark = ({ at, actor, action, target, outcome }: AuditEntry): TimeMark => ({
  at: Date.parse(at),
  text: `${verbOf(action)} ${visibleName(target)} (${visibleName(actor.name) || actor.kind}${outcome === "done" ? "" : `, ${outcome}`})`,
  tone: outcome === "failed" || outcome === "refused" ? "bad" : "neutral",
});

/** Actions that may change what a log or a chart shows: no sign-ins, keys or settings. */
const isChange = ({ action, outcome }: AuditEntry) =>
  outcome !== "begun" && /^(service|stack|catalogue|deployment|image|disk|mcp):/.test(action);

/** Whether an action was about one of these containers; of all where none is named. */
const isAbout = ({ action, target }: AuditEntry, names: readonly string[]) =>
  names.length === 0 || (action.startsWith("service:") && names.includes(target));

/**
 * Alerts and actions of a period as marks for its time axis, newest ones first. What the account may not read is left out;
 * a source that does not respond is among the failed ones.
 */
export function createTimeMarks(range: Accessor<TimeRange>, subject: Accessor<MarkSubject>): Accessor<FoundMarks> {
  const session = useSession();
  const [found, setFound] = createSignal<FoundMarks>(noMarks);
  const [tick, setTick] = createSignal(0);
  const timer = setInterval(() => !document.hidden && range().until === undefined && setTick((n) => n + 1), REFRESH_MS);
  onCleanup(() => clearInterval(timer));

  async function alerts(names: readonly string[]): Promise<TimeMark[]> {
    const { events } = await api.alerts.history({ limit: LIMIT, subject: names.length === 1 ? names[0] : undefined });
    return events
      .filter(({ subject: about }) => names.length === 0 || (about.kind === "container" && names.includes(about.name)))
      .map(alertMark);
  }
  async function actions(names: readonly string[], period: TimeRange, signal: AbortSignal): Promise<TimeMark[]> {
    const [since, until] = [toIso(period.since), toIso(period.until)];
    const text = names.length === 1 ? names[0] : undefined;
    const { entries } = await api.audit.list({ since, until, text, limit: LIMIT }, signal);
    return entries.filter((entry) => isChange(entry) && isAbout(entry, names)).map(auditMark);
  }

  createEffect(
    on([range, subject, tick], ([period, { containers, processes = [] }]) => {
      if (containers.length === 0 && processes.length > 0) return setFound(noMarks);
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      const reads: [MarkSource, Promise<TimeMark[]>][] = [];
      if (session.may("alerts:view")) reads.push(["alerts", alerts(containers)]);
      if (session.may("audit:view")) reads.push(["actions", actions(containers, period, abort.signal)]);
      void toFound(reads).then((all) => !abort.signal.aborted && setFound(all));
    }),
  );
  return found;
}

/** What several sources gave, with those that failed. */
export async function toFound(reads: readonly [MarkSource, Promise<readonly TimeMark[]>][]): Promise<FoundMarks> {
  const settled = await Promise.allSettled(reads.map(([, read]) => read));
  const sourcesThat = (status: "fulfilled" | "rejected") =>
    reads.filter((_, index) => settled[index]?.status === status).map(([source]) => source);
  return {
    marks: settled.flatMap((one) => (one.status === "fulfilled" ? one.value : [])),
    read: sourcesThat("fulfilled"),
    failed: sourcesThat("rejected"),
  };
}
