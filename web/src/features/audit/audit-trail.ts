import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";
import { createPagedList } from "../../resource/paged-list.ts";

export interface AuditTrailFilter {
  text?: string;
  outcome?: AuditEntry["outcome"];
  since?: string;
}

/** Entries per request. */
const PAGE_SIZE = 200;

/** Pages of the trail, loaded as the reader scrolls. */
export const createAuditTrail = () =>
  createPagedList<AuditEntry, AuditTrailFilter>({
    initial: {},
    sequenceOf: ({ sequence }) => sequence,
    fetchPage: (filter, before, signal) => api.audit.list({ ...filter, limit: PAGE_SIZE, before }, signal),
  });
