import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { toSearchable } from "../../shared/logs/plain-text.ts";
import type { Principal } from "../../shared/protocol/access.ts";
import { actionPhrase } from "../../shared/protocol/action-labels.ts";
import type { ActivityDetail, ActivityEntry, ActivityQuery } from "../../shared/protocol/activity.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import type { Activity } from "./activity.ts";
import { messages } from "./messages.ts";
import type { ActivityRecord } from "./record.ts";
import { NEWEST } from "./store.ts";
import { mayAct, seesRecord } from "./visibility.ts";

/** Records read between two turns of the event loop. */
const SCAN_AT_ONCE = 250;
/** Most records and bytes of output that one request reads. A search with a rare filter continues with `before`. */
const MAX_SCANNED = 20_000;
const MAX_SEARCHED_BYTES = 32 * 1024 * 1024;
/** Bytes of output searched between two turns of the event loop. */
const SEARCH_AT_ONCE = 1024 * 1024;

type ReadDeps = Pick<ApiDeps, "activity" | "docker" | "processes" | "jobs">;
type Sees = (record: ActivityRecord) => Promise<boolean>;

export interface ActivityPage {
  entries: ActivityEntry[];
  /** Value of `before` for the next page; null at the end. */
  next: number | null;
}

/** A page of the records that a caller may see, newest first. */
export async function listActivity(deps: ReadDeps, principal: Principal, query: ActivityQuery): Promise<ActivityPage> {
  const { activity } = deps;
  activity.flush();
  const sees = createSees(deps, principal);
  const matches = toFilter(query);
  const text = query.text === undefined ? undefined : toSearchable(query.text);
  const scan = { state: query.state, since: toTime(query.since), until: toTime(query.until) };
  const entries: ActivityEntry[] = [];
  const budget = { records: MAX_SCANNED, bytes: MAX_SEARCHED_BYTES };
  let before = query.before ?? NEWEST;
  let yieldAt = budget.bytes;
  for (;;) {
    const records = activity.store.scan({ ...scan, before }, SCAN_AT_ONCE);
    for (const record of records) {
      before = record.sequence;
      budget.records--;
      const isWanted = matches(record) && (await sees(record));
      if (isWanted && (text === undefined || contains(activity, record, text, budget))) {
        entries.push(toEntry(deps, principal, record));
      }
      if (yieldAt - budget.bytes >= SEARCH_AT_ONCE) {
        yieldAt = budget.bytes;
        await yieldToEventLoop();
      }
      if (entries.length === query.limit || budget.records <= 0 || budget.bytes <= 0) return { entries, next: before };
    }
    if (records.length < SCAN_AT_ONCE) return { entries, next: null };
    await yieldToEventLoop();
  }
}

/**
 * One record.
 *
 * @throws AppError `not_found`, also for a record of others
 */
export async function findActivity(
  deps: Omit<ReadDeps, "jobs">,
  principal: Principal,
  id: string,
): Promise<ActivityRecord> {
  deps.activity.flush();
  const record = deps.activity.store.find(id);
  if (!record || !(await createSees(deps, principal)(record))) throw new AppError("not_found", messages.noSuchEntry);
  return record;
}

/** A record with its input and steps, as the caller may see them. */
export function toDetail(deps: ReadDeps, principal: Principal, record: ActivityRecord): ActivityDetail {
  const extras = deps.activity.store.extras(record.id);
  return {
    ...toEntry(deps, principal, record),
    requestId: record.requestId,
    input: mayAct(principal, record) ? (extras?.input ?? null) : null,
    steps: extras?.steps ?? [],
  };
}

/** Whether a record can be taken back: it is the last successful run on its target. */
export const isUndoable = ({ store }: Pick<Activity, "store">, record: ActivityRecord): boolean =>
  record.canUndo && record.state === "succeeded" && !store.succeededAfter(record, [record.action, "activity:undo"]);

function toEntry({ activity, jobs }: ReadDeps, principal: Principal, record: ActivityRecord): ActivityEntry {
  const acts = mayAct(principal, record);
  const { error } = record;
  return {
    sequence: record.sequence,
    id: record.id,
    action: record.action,
    kind: record.kind,
    target: record.target,
    targetId: record.targetId,
    actor: record.actor,
    state: record.state,
    error: error && (acts ? error : { code: error.code, message: error.message }),
    startedAt: new Date(record.startedAt).toISOString(),
    finishedAt: record.finishedAt === null ? null : new Date(record.finishedAt).toISOString(),
    outputLines: record.outputLines,
    outputBytes: record.outputBytes,
    cancellable: record.state === "running" && record.isJob && jobs.mayFollow(principal, record.id),
    undoable: acts && isUndoable(activity, record),
  };
}

/** Asks which containers and processes exist at most once, and only when that decides. */
function createSees({ docker, processes }: Pick<ReadDeps, "docker" | "processes">, principal: Principal): Sees {
  const { limits } = principal;
  let existing: Promise<Record<"services" | "processes", Pick<ReadonlySet<string>, "has"> | undefined>> | undefined;
  const readExisting = async () => {
    // A daemon that does not respond: every target may exist.
    const [services, names] = await Promise.all([
      limits.services &&
        docker.list().then(
          toSet(({ name }) => name),
          () => undefined,
        ),
      limits.deployments &&
        processes.survey().then(
          ({ deployments, isUnknown }) => {
            const listed = new Set(deployments.map(({ id }) => id));
            return { has: (id: string) => listed.has(id) || isUnknown(id) };
          },
          () => undefined,
        ),
    ]);
    return { services: services ?? undefined, processes: names ?? undefined };
  };
  return async (record) => {
    if (seesRecord(principal, record)) return true;
    // Only a target that no longer exists can make a difference.
    if (!seesRecord(principal, record, () => true)) return false;
    existing ??= readExisting();
    const found = await existing;
    return seesRecord(principal, record, (name, kind) => found[kind] !== undefined && !found[kind].has(name));
  };
}

const toSet =
  <T>(nameOf: (item: T) => string) =>
  (items: readonly T[]): ReadonlySet<string> =>
    new Set(items.map(nameOf));

const toTime = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

function toFilter({ actor, action, kind, target }: ActivityQuery) {
  const isTarget = (record: ActivityRecord) => {
    if (kind === "service") return record.services.includes(target as string);
    if (kind === "deployment") return record.processes.includes(target as string);
    return record.target === target || record.services.includes(target as string);
  };
  return (record: ActivityRecord): boolean =>
    (actor === undefined || record.actor.id === actor || record.actor.name.toLowerCase() === actor.toLowerCase()) &&
    (action === undefined || record.action === action || record.action.startsWith(`${action}:`)) &&
    // Several kinds of action concern a container or a process: its name decides.
    (kind === undefined ||
      (target !== undefined && (kind === "service" || kind === "deployment")) ||
      record.kind === kind) &&
    (target === undefined || isTarget(record));
}

/** Whether the words of a record, or its output, contain a text. At most a mebibyte is searched. */
function contains(
  { store }: Pick<Activity, "store">,
  { actor, action, target, error, outputLines, sequence }: ActivityRecord,
  text: string,
  budget: { bytes: number },
): boolean {
  const words = [actor.name, actionPhrase(action, target, "done"), action, target, error?.message].join("\n");
  if (toSearchable(words).includes(text)) return true;
  if (outputLines === 0) return false;
  for (const part of store.outputText(sequence)) {
    budget.bytes -= part.length;
    if (toSearchable(part).includes(text)) return true;
  }
  return false;
}
