import type { Principal } from "../../../shared/protocol/access.ts";
import type { Credential } from "../../../shared/protocol/catalogue.ts";
import { AppError } from "../../../shared/server/errors.ts";

type Owner = Pick<Principal, "kind" | "id">;

/** Credentials that wait for whoever began an installation. In memory only: a restart of the server loses them. */
export interface OneTimeCredentials {
  keep(jobId: string, owner: Owner, credentials: readonly Credential[]): void;
  /**
   * Gives them out, once. Throws `not_found` to everybody else and for an installation that keeps none,
   * `gone` when they were given out already or have waited for too long.
   */
  claim(jobId: string, asking: Owner): Credential[];
  close(): void;
}

const KEPT_MS = 10 * 60 * 1000;
/** How long it is remembered that there was something. */
const REMEMBERED_MS = 60 * 60 * 1000;
const MAX_KEPT = 200;

interface Kept {
  owner: Owner;
  /** Undefined once they are given out, or have waited for too long. */
  credentials: Credential[] | undefined;
  timer: NodeJS.Timeout;
}

export function createOneTimeCredentials(keptMs = KEPT_MS): OneTimeCredentials {
  const kept = new Map<string, Kept>();
  const forget = (jobId: string) => {
    clearTimeout(kept.get(jobId)?.timer);
    kept.delete(jobId);
  };
  const spend = (jobId: string, entry: Kept) => {
    clearTimeout(entry.timer);
    entry.credentials = undefined;
    entry.timer = setTimeout(() => kept.delete(jobId), REMEMBERED_MS).unref();
  };
  return {
    keep(jobId, { kind, id }, credentials) {
      const oldest = kept.size >= MAX_KEPT ? kept.keys().next().value : undefined;
      if (oldest !== undefined) forget(oldest);
      const entry: Kept = {
        owner: { kind, id },
        credentials: [...credentials],
        timer: setTimeout(() => spend(jobId, entry), keptMs).unref(),
      };
      kept.set(jobId, entry);
    },
    claim(jobId, asking) {
      const entry = kept.get(jobId);
      if (!entry || entry.owner.kind !== asking.kind || entry.owner.id !== asking.id) {
        throw new AppError("not_found", "There are no credentials of this installation for you.");
      }
      const { credentials } = entry;
      if (!credentials) throw new AppError("gone", "These credentials were shown already, or waited for too long.");
      spend(jobId, entry);
      return credentials;
    },
    close() {
      for (const jobId of [...kept.keys()]) forget(jobId);
    },
  };
}
