import { coversDeployment } from "../../../shared/protocol/daemon-key.ts";
import { type LogSourceKind, logSourceKinds } from "../../../shared/protocol/log-search.ts";

/**
 * Which logs: names by kind. Null instead of names means all of the kind; an absent kind, none of it. Of processes, `user:*`
 * stands for all apps of a user.
 */
export type LogSelection = Readonly<Partial<Record<LogSourceKind, readonly string[] | null>>>;

/** Tells which streams belong to a selection. */
export interface SourceFilter {
  /** Every log belongs to it. */
  readonly isAll: boolean;
  has(source: { kind: LogSourceKind; name: string }): boolean;
}

/** @param selection null: every log */
export function selectSources(selection: LogSelection | null): SourceFilter {
  if (selection === null) return { isAll: true, has: () => true };
  const names = new Map(
    logSourceKinds.flatMap((kind) => {
      const chosen = selection[kind];
      return chosen === undefined ? [] : [[kind, chosen === null ? null : new Set(chosen)] as const];
    }),
  );
  const ofUsers = selection.process?.filter((name) => name.endsWith(":*")) ?? [];
  return {
    isAll: logSourceKinds.every((kind) => names.get(kind) === null),
    has({ kind, name }) {
      const chosen = names.get(kind);
      if (chosen === null || chosen?.has(name)) return true;
      return kind === "process" && ofUsers.some((entry) => coversDeployment(entry, name));
    },
  };
}
