import type { DatabaseSync } from "node:sqlite";
import type { PreviousImage } from "../../shared/protocol/update.ts";

export interface ImageCheck {
  digest: string | null;
  problem: string | null;
  checkedAt: string;
}

/** Stores the results of checks, and the previous image of each service. */
export interface UpdateStore {
  checks(): Map<string, ImageCheck>;
  /** A problem does not replace the digest of an earlier check. */
  setCheck(reference: string, check: { digest: string } | { problem: string }): void;
  previous(): Map<string, PreviousImage & { reference: string }>;
  setPrevious(service: string, previous: { reference: string; imageId: string; digest: string | null }): void;
}

/** Results of images that no container uses any more are deleted after this time. */
const CHECK_AGE_MS = 30 * 24 * 60 * 60 * 1000;

export function createUpdateStore(database: DatabaseSync): UpdateStore {
  const checks = database.prepare("SELECT reference, digest, problem, checked_at FROM image_check");
  const succeed = database.prepare(
    "INSERT OR REPLACE INTO image_check (reference, digest, problem, checked_at) VALUES (?, ?, NULL, ?)",
  );
  const fail = database.prepare(
    `INSERT INTO image_check (reference, digest, problem, checked_at) VALUES (?, NULL, ?, ?)
     ON CONFLICT (reference) DO UPDATE SET problem = excluded.problem, checked_at = excluded.checked_at`,
  );
  const age = database.prepare("DELETE FROM image_check WHERE checked_at < ?");
  const previous = database.prepare("SELECT service, reference, image_id, digest, replaced_at FROM image_previous");
  const replace = database.prepare(
    "INSERT OR REPLACE INTO image_previous (service, reference, image_id, digest, replaced_at) VALUES (?, ?, ?, ?, ?)",
  );
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    checks: () =>
      new Map(
        checks
          .all()
          .map(({ reference, digest, problem, checked_at }) => [
            String(reference),
            { digest: text(digest), problem: text(problem), checkedAt: String(checked_at) },
          ]),
      ),
    setCheck(reference, check) {
      const now = new Date().toISOString();
      if ("digest" in check) succeed.run(reference, check.digest, now);
      else fail.run(reference, check.problem, now);
      age.run(new Date(Date.now() - CHECK_AGE_MS).toISOString());
    },
    previous: () =>
      new Map(
        previous.all().map((row) => [
          String(row.service),
          {
            reference: String(row.reference),
            imageId: String(row.image_id),
            digest: text(row.digest),
            replacedAt: String(row.replaced_at),
          },
        ]),
      ),
    setPrevious(service, { reference, imageId, digest }) {
      replace.run(service, reference, imageId, digest, new Date().toISOString());
    },
  };
}
