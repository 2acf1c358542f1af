import type { Principal } from "../../../shared/protocol/access.ts";
import type { Credential } from "../../../shared/protocol/catalogue.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { catalogueErrors } from "../messages.ts";

type Owner = Pick<Principal, "kind" | "id">;

/** Credentials of finished installations, kept for the caller who started each. In memory only: lost on a restart. */
export interface OneTimeCredentials {
  /** Stores credentials for ten minutes; at most 200 installations, the oldest are dropped. */
  keep(jobId: string, owner: Owner, credentials: readonly Credential[]): void;
  /**
   * Returns the credentials, once.
   * @throws AppError `not_found` for other callers and for an installation without credentials, `gone` when they were
   * returned already or have expired.
   */
  claim(jobId: string, caller: Owner): Credential[];
  close(): void;
}

const KEPT_MS = 10 * 60 * 1000;
/** How long `gone` is reported instead of `not_found`. */
const REMEMBERED_MS = 60 * 60 * 1000;
const MAX_KEPT = 200;

interface Kept {
  owner: Owner;
  /** Undefined once they were returned or have expired. */
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
    /** Stores credentials for ten minutes; at most 200 installations, the oldest are dropped. */
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
    claim(jobId, caller) {
      const entry = kept.get(jobId);
      if (!entry || entry.owner.kind !== caller.kind || entry.owner.id !== caller.id) {
        throw new AppError("not_found", catalogueErrors.noCredentials);
      }
      const { credentials } = entry;
      if (!credentials) throw new AppError("gone", catalogueErrors.credentialsGone);
      spend(jobId, entry);
      return credentials;
    },
    close() {
      for (const jobId of [...kept.keys()]) forget(jobId);
    },
  };
}
