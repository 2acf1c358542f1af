import { randomBytes } from "node:crypto";
import type { ActivityStorage } from "../../shared/protocol/activity.ts";
import { JOB_STEPS_MAX } from "../../shared/protocol/job.ts";
import type { Log } from "../../shared/server/log.ts";
import { openActivityFile, resizeActivityFile } from "./activity-file.ts";
import { maskInput } from "./mask-input.ts";
import { messages } from "./messages.ts";
import { createOutput } from "./output.ts";
import type { ActivityRecord, ActivityStart, Recording } from "./record.ts";
import { type ActivityDraft, type ActivityLimits, type ActivityStore, createActivityStore } from "./store.ts";

/** Time between two writes, in milliseconds: at most what a killed server loses. */
const WRITE_INTERVAL_MS = 250;
/** Time until the next attempt when a write fails. */
const RETRY_MS = 5_000;
/** Ended records that wait while nothing can be written. Further ones displace the oldest. */
const MAX_WAITING = 500;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** Longest target and error message, in characters. */
const MAX_TARGET = 512;
const MAX_MESSAGE = 2_000;

export const defaultActivityLimits: ActivityLimits = { days: 30, maxBytes: 256 * 1024 * 1024, maxRecords: 100_000 };

export interface ActivityOptions {
  dataDir: string;
  log: Log;
  limits?: Partial<ActivityLimits>;
  /** Notifies viewers that records have changed. */
  onChange?(changed: Pick<ActivityRecord, "services" | "processes">): void;
}

/** The record of actions: who did what to which target, with input, output and outcome. */
export interface Activity {
  /** Starts a record. It is stored within a quarter of a second; an action never waits for it, or fails because of it. */
  begin(start: ActivityStart): Recording;
  /** Adds the record of a job that a killed server left, unless it is stored. */
  addInterrupted(start: ActivityStart & { id: string; startedAt: number }): void;
  /** Writes what waits, for a read. Fails silently: see {@link Activity.storage}. */
  flush(): void;
  storage(): ActivityStorage;
  /** Changes what is kept, from the next write on. */
  setLimits(limits: Partial<ActivityLimits>): void;
  readonly store: Omit<ActivityStore, "write" | "prune" | "takeOver" | "endOrderly" | "close">;
  close(): void;
}

/** Opens the record in the state folder. What a killed server left running is interrupted from now on. */
export function createActivity({ dataDir, log, limits, onChange }: ActivityOptions): Activity {
  let kept: ActivityLimits = { ...defaultActivityLimits, ...limits };
  const { database, store } = openActivityFile(dataDir, kept.maxBytes, log, (from) => ({
    database: from,
    store: createActivityStore(from),
  }));
  const dirty = new Set<ActivityDraft>();
  let timer: NodeJS.Timeout | undefined;
  let degraded = false;
  let lost = 0;
  /** Lost entries of which no record tells yet. */
  let untold = 0;
  let closed = false;
  let isTakenOver = false;

  /** What a killed server left ends before anything of this one is written; with a full disk, once there is space. */
  const takeOver = () => {
    if (isTakenOver) return;
    const wasOpen = store.takeOver(messages.interrupted, Date.now());
    isTakenOver = true;
    if (wasOpen) dirty.add(toNotice(messages.serverEnded));
  };

  /** While nothing can be written, the oldest ended records go. */
  const dropBeyondBounds = () => {
    const ended = [...dirty].filter(({ state }) => state !== "running");
    let bytes = ended.reduce((sum, { output }) => sum + output.keptBytes, 0);
    let count = ended.length;
    for (const draft of ended) {
      if (count <= MAX_WAITING && bytes <= MAX_WAITING_BYTES) return;
      dirty.delete(draft);
      count--;
      bytes -= draft.output.keptBytes;
      lost++;
      untold++;
    }
  };

  const flush = (): boolean => {
    clearTimeout(timer);
    timer = undefined;
    if (closed) return true;
    try {
      takeOver();
      if (untold > 0) {
        const told = untold;
        untold = 0;
        dirty.add(toNotice(messages.lost(told)));
      }
      if (dirty.size > 0) store.write([...dirty]);
      dirty.clear();
      if (degraded) log.info("the record of actions can be written again");
      degraded = false;
    } catch (error) {
      if (!degraded) log.error({ err: error }, "the record of actions cannot be written; actions continue");
      degraded = true;
      dropBeyondBounds();
    }
    try {
      const waiting = degraded ? [...dirty].reduce((sum, { output }) => sum + output.keptBytes, 0) : 0;
      if (store.prune(kept, Date.now(), waiting)) flushLater();
    } catch (error) {
      log.warn({ err: error }, "old records of actions cannot be removed");
    }
    if (dirty.size > 0 || !isTakenOver) flushLater(RETRY_MS);
    return !degraded;
  };
  const flushLater = (ms = WRITE_INTERVAL_MS) => {
    if (closed) return;
    timer ??= setTimeout(flush, ms);
    timer.unref();
  };
  const touch = (draft: ActivityDraft) => {
    dirty.add(draft);
    if (degraded) dropBeyondBounds();
    flushLater(degraded ? RETRY_MS : WRITE_INTERVAL_MS);
  };

  flush();

  return {
    begin(start) {
      const { input, mask } = maskInput(start.input);
      const draft = toDraft(randomBytes(18).toString("base64url"), start, input);
      touch(draft);
      onChange?.(draft);
      return {
        id: draft.id,
        line(text) {
          const masked = mask(text);
          if (draft.state !== "running") return masked;
          for (const line of masked.replace(/\r?\n$/, "").split("\n")) draft.output.add(line);
          touch(draft);
          return masked;
        },
        step(step) {
          const index = draft.steps.findIndex(({ id }) => id === step.id);
          if (index >= 0) draft.steps[index] = step;
          else draft.steps.push(step);
          if (draft.steps.length > JOB_STEPS_MAX) draft.steps.shift();
          touch(draft);
        },
        nameTarget(target) {
          draft.target = target.slice(0, MAX_TARGET);
          touch(draft);
        },
        becomeJob() {
          draft.isJob = true;
          touch(draft);
          onChange?.(draft);
        },
        end({ state, error, result, revision }) {
          if (draft.state !== "running") return;
          draft.state = state;
          draft.finishedAt = Date.now();
          draft.error = error
            ? {
                code: error.code,
                message: mask(error.message).slice(0, MAX_MESSAGE),
                detail: error.detail && mask(error.detail),
              }
            : null;
          draft.result = result ? (maskInput(result).input ?? null) : null;
          draft.revision = revision ?? draft.revision + 1;
          touch(draft);
          onChange?.(draft);
        },
      };
    },
    addInterrupted({ id, startedAt, ...start }) {
      if (store.find(id)) return;
      const draft = toDraft(id, start, undefined);
      Object.assign(draft, { startedAt, isJob: true, state: "interrupted", finishedAt: Date.now() });
      draft.error = { code: "gone", message: messages.interrupted };
      touch(draft);
    },
    flush: () => void ((dirty.size > 0 || !isTakenOver) && flush()),
    storage: () => ({ degraded, lost }),
    setLimits(changed) {
      kept = { ...kept, ...changed };
      resizeActivityFile(database, kept.maxBytes);
      flushLater();
    },
    store,
    close() {
      if (closed) return;
      if (!flush()) log.error({ records: dirty.size }, "records of actions are lost");
      closed = true;
      clearTimeout(timer);
      try {
        // Without the mark of an orderly end, the next server says that records may be missing.
        if (!degraded) store.endOrderly();
      } catch (error) {
        log.warn({ err: error }, "the record of actions could not be closed in order");
      }
      store.close();
    },
  };
}

function toDraft(id: string, start: ActivityStart, input: Record<string, unknown> | undefined): ActivityDraft {
  const { action, kind = action.split(":", 1)[0] ?? action, target, targetId = null, permission } = start;
  return {
    id,
    action,
    kind,
    target: target.slice(0, MAX_TARGET),
    targetId,
    permission,
    services: start.services,
    processes: start.processes ?? [],
    actor: start.actor,
    ownerId: start.ownerId,
    requestId: start.requestId,
    isJob: false,
    canUndo: start.canUndo === true,
    state: "running",
    error: null,
    startedAt: Date.now(),
    finishedAt: null,
    input: input ?? null,
    steps: [],
    result: null,
    revision: 1,
    output: createOutput(),
    storedSize: 0,
  };
}

/** A record of the server about the record itself. */
function toNotice(message: string): ActivityDraft {
  const draft = toDraft(
    randomBytes(18).toString("base64url"),
    {
      action: "activity:gap",
      target: "",
      permission: null,
      services: [],
      actor: { kind: "system", id: "", name: "" },
      ownerId: "",
      requestId: "",
    },
    undefined,
  );
  draft.state = "interrupted";
  draft.finishedAt = draft.startedAt;
  draft.error = { code: "gone", message };
  return draft;
}
