import type { Revocation } from "../../shared/protocol/access.ts";

/** Ids kept while the realtime server is away; it asks for the validity of its sessions once a minute anyway. */
const IDS_MAX = 10_000;
/** Ids of each kind in one request. */
const REQUEST_MAX = 1_000;

type Kind = "sessionIds" | "principalIds";

export interface RevocationList {
  add(revocation: Revocation): void;
  /** What the next request says, or undefined when all is said. */
  first(): Revocation | undefined;
  remove(revocation: Revocation): void;
}

/** Ids whose sockets have yet to be cut, each once; beyond the cap the oldest go. */
export function createRevocationList(): RevocationList {
  const ids: Record<Kind, Set<string>> = { sessionIds: new Set(), principalIds: new Set() };
  const kinds: Kind[] = ["sessionIds", "principalIds"];
  return {
    add(revocation) {
      for (const kind of kinds) {
        for (const id of revocation[kind] ?? []) {
          ids[kind].add(id);
          if (ids[kind].size > IDS_MAX) ids[kind].delete(ids[kind].values().next().value ?? "");
        }
      }
    },
    first() {
      if (kinds.every((kind) => ids[kind].size === 0)) return undefined;
      const [sessionIds, principalIds] = kinds.map((kind) => [...ids[kind]].slice(0, REQUEST_MAX));
      return { sessionIds, principalIds };
    },
    remove(revocation) {
      for (const kind of kinds) for (const id of revocation[kind] ?? []) ids[kind].delete(id);
    },
  };
}
