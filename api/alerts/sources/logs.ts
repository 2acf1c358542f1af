import { toPlainLine } from "../../../shared/logs/plain-line.ts";
import { toPlain } from "../../../shared/logs/plain-text.ts";
import type { AlertRule } from "../../../shared/protocol/alert.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { LogWatcher, LogWatchSpec } from "../../logs/collect/watch.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { SignalSource } from "./source.ts";

/** Characters of a line that a message repeats. */
const SAMPLE_MAX = 200;

/** Lines of the kept logs that fit a rule's pattern. The log store reads them, away from this thread. */
export function createLogSource(watcher: LogWatcher, sink: SignalSink, log: Log): SignalSource {
  const watches = new Map<string, { spec: string; stop: () => void }>(); // by rule

  const end = (id: string) => {
    watches.get(id)?.stop();
    watches.delete(id);
  };
  return {
    want(rules) {
      const wanted = new Map(
        rules.flatMap((rule) => (rule.condition.kind === "container-log" ? [[rule.id, rule]] : [])),
      );
      for (const id of [...watches.keys()]) if (!wanted.has(id)) end(id);
      for (const [id, rule] of wanted) {
        const spec = specOf(rule);
        const text = JSON.stringify(spec);
        if (watches.get(id)?.spec === text) continue;
        end(id);
        try {
          const stop = watcher.watch(spec, ({ container, count, sample }) => {
            const detail = toPlainLine(toPlain(sample.text), SAMPLE_MAX);
            sink.report("container-log", { kind: "container", name: container }, { occurrences: count, detail }, id);
          });
          watches.set(id, { spec: text, stop });
        } catch (error) {
          log.warn({ err: error, rule: rule.name }, "the pattern of an alert rule cannot be watched for");
        }
      }
    },
    async close() {
      for (const id of [...watches.keys()]) end(id);
    },
  };
}

/** What the log store has to look for. Names with a star are told apart by the engine. */
export function specOf({ condition, subjects }: Pick<AlertRule, "condition" | "subjects">): LogWatchSpec {
  if (condition.kind !== "container-log") throw new TypeError("This is no rule about logs.");
  const { names, projects } = subjects;
  const isExact = names.length > 0 && projects.length === 0 && names.every((name) => !name.includes("*"));
  const { pattern, syntax, levels } = condition;
  return {
    containers: isExact ? names : null,
    ...(pattern === null ? {} : syntax === "regex" ? { regex: pattern } : { text: pattern }),
    ...(levels.length > 0 ? { levels } : {}),
  };
}
