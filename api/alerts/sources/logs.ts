import { toPlain } from "../../../shared/logs/plain-text.ts";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { type AlertRule, conditionKinds, isLogCondition } from "../../../shared/protocol/alert.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { LogWatcher, LogWatchSpec } from "../../logs/collect/watch.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { SignalSource } from "./source.ts";

/** Characters of a log line that a message contains. */
const MAX_SAMPLE = 200;

/** Log lines that match the pattern of a rule. The log store searches them on its own thread. */
export function createLogSource(watcher: LogWatcher, sink: SignalSink, log: Log): SignalSource {
  const watches = new Map<string, { spec: string; stop: () => void }>(); // by rule

  const end = (id: string) => {
    watches.get(id)?.stop();
    watches.delete(id);
  };
  return {
    want(rules) {
      const wanted = new Map(rules.flatMap((rule) => (isLogCondition(rule.condition) ? [[rule.id, rule]] : [])));
      for (const id of [...watches.keys()]) if (!wanted.has(id)) end(id);
      for (const [id, rule] of wanted) {
        const spec = specOf(rule);
        const text = JSON.stringify(spec);
        if (watches.get(id)?.spec === text) continue;
        end(id);
        try {
          const { kind } = rule.condition;
          const { subject } = conditionKinds[kind];
          const stop = watcher.watch(spec, ({ container, count, sample }) => {
            const detail = toSingleLine(toPlain(sample.text), MAX_SAMPLE);
            sink.report(kind, { kind: subject, name: container }, { occurrences: count, detail }, id);
          });
          watches.set(id, { spec: text, stop });
        } catch (error) {
          log.warn({ err: error, rule: rule.name }, "the pattern of an alert rule cannot be watched");
        }
      }
    },
    async close() {
      for (const id of [...watches.keys()]) end(id);
    },
  };
}

/** What the log store searches for. The engine matches names that contain `*`. */
export function specOf({ condition, subjects }: Pick<AlertRule, "condition" | "subjects">): LogWatchSpec {
  if (!isLogCondition(condition)) throw new TypeError("Not a rule about logs.");
  const { names, projects } = subjects;
  const isExact = names.length > 0 && projects.length === 0 && names.every((name) => !name.includes("*"));
  const { pattern, syntax, levels } = condition;
  return {
    sources: { [condition.kind === "process-log" ? "process" : "container"]: isExact ? names : null },
    regex: syntax === "regex" && pattern !== null ? pattern : undefined,
    text: syntax === "text" && pattern !== null ? pattern : undefined,
    levels: levels.length > 0 ? levels : undefined,
  };
}
