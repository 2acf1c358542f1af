import {
  type AlertRule,
  type AlertSubject,
  type AlertSubjectKind,
  conditionKinds,
} from "../../../shared/protocol/alert.ts";

/** What a source speaks of; `project` is the Compose project of a container. */
export interface Subject extends AlertSubject {
  project?: string | null;
}

export const keyOf = ({ kind, name }: AlertSubject): string => `${kind}\0${name}`;

/** The subject of a key. */
export function subjectOf(key: string): AlertSubject {
  const [kind, name = ""] = key.split("\0", 2);
  return { kind: kind as AlertSubjectKind, name };
}

/** Whether a rule is about a subject. */
export function concerns({ condition, subjects }: AlertRule, { kind, name, project }: Subject): boolean {
  if (conditionKinds[condition.kind].subject !== kind) return false;
  const { names, projects } = subjects;
  if (names.length === 0 && projects.length === 0) return true;
  return (project != null && projects.includes(project)) || names.some((pattern) => matchesName(pattern, name));
}

/** `*` stands for any run of characters. Linear in both lengths but for their product: no expression is built of the text. */
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
