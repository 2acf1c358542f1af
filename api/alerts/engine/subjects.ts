import {
  type AlertRule,
  type AlertSubject,
  type AlertSubjectKind,
  conditionKinds,
} from "../../../shared/protocol/alert.ts";
import { matchesName } from "../../../shared/protocol/name-pattern.ts";

/** A subject as sources report it; `project` is the Compose project of a container. */
export interface Subject extends AlertSubject {
  project?: string | null;
}

/** A string that is unique per subject. */
export const keyOf = ({ kind, name }: AlertSubject): string => `${kind}\0${name}`;

/** The inverse of {@link keyOf}. */
export function subjectOf(key: string): AlertSubject {
  const [kind, name = ""] = key.split("\0", 2);
  return { kind: kind as AlertSubjectKind, name };
}

/** Whether a rule applies to a subject. */
export function concerns({ condition, subjects }: AlertRule, { kind, name, project }: Subject): boolean {
  if (conditionKinds[condition.kind].subject !== kind) return false;
  const { names, projects } = subjects;
  if (names.length === 0 && projects.length === 0) return true;
  return (project != null && projects.includes(project)) || names.some((pattern) => matchesName(pattern, name));
}
