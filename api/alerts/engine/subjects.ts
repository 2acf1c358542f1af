import {
  type AlertRule,
  type AlertSubject,
  type AlertSubjectKind,
  conditionKinds,
} from "../../../shared/protocol/alert.ts";

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

/** Whether a name matches a pattern, in which `*` stands for any characters. Never worse than the product of both lengths: no regular expression is built. */
export function matchesName(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
