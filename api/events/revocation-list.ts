import { REVOKED_IDS_MAX, type Revocation } from "../../shared/protocol/access.ts";

/** Sessions, keys and users held while the realtime server is away. */
const MAX_SUBJECTS = 10_000;

type Kind = "sessionIds" | "principalIds";
const kinds: readonly Kind[] = ["sessionIds", "principalIds"];

export interface RevocationList {
  add(revocation: Revocation): void;
  /** Takes what the next request says, or undefined when nothing waits; it is held until `done` or `putBack`. */
  take(): Revocation | undefined;
  done(): void;
  putBack(): void;
  /** Subjects held; all sockets together count as one. */
  readonly size: number;
}

/**
 * Holds the sessions, keys and users whose sockets have yet to be cut: each once, however often it is revoked. None is
 * ever dropped: beyond {@link MAX_SUBJECTS} they are merged into one revocation of everybody, after which clients with
 * a valid session connect again.
 */
export function createRevocationList(): RevocationList {
  const ids: Record<Kind, Set<string>> = { sessionIds: new Set(), principalIds: new Set() };
  let everybody = false;
  /** Apart from the waiting ones: a subject that is revoked during the request is revoked once more after it. */
  let taken: Revocation | undefined;

  const add = ({ all, ...subjects }: Revocation) => {
    if (all) everybody = true;
    else for (const kind of kinds) for (const id of subjects[kind] ?? []) ids[kind].add(id);
    if (ids.sessionIds.size + ids.principalIds.size > MAX_SUBJECTS) everybody = true;
    if (everybody) for (const kind of kinds) ids[kind].clear();
  };
  const takeOf = (kind: Kind): string[] => {
    const part = [...ids[kind]].slice(0, REVOKED_IDS_MAX);
    for (const id of part) ids[kind].delete(id);
    return part;
  };
  const sizeOf = ({ all, sessionIds = [], principalIds = [] }: Revocation) =>
    all ? 1 : sessionIds.length + principalIds.length;

  return {
    add,
    take() {
      if (everybody) taken = { all: true };
      else if (kinds.some((kind) => ids[kind].size > 0)) {
        taken = { sessionIds: takeOf("sessionIds"), principalIds: takeOf("principalIds") };
      }
      everybody = false;
      return taken;
    },
    done() {
      taken = undefined;
    },
    putBack() {
      if (taken) add(taken);
      taken = undefined;
    },
    get size() {
      return (everybody ? 1 : ids.sessionIds.size + ids.principalIds.size) + (taken ? sizeOf(taken) : 0);
    },
  };
}
