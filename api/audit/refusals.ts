import { addressBucket } from "../../shared/server/http/peer-address.ts";
import type { AuditEvent } from "./audit-event.ts";

/** Refusals with their own lines: a burst, then per minute, so that a scanner cannot displace all other lines. */
const LISTED_BURST = 60;
const LISTED_PER_MINUTE = 4;
/** Log-in and set-up, whose refusals are always counted separately. */
const loginAction = /^(session|setup):/;
/** Other actions that are counted separately per minute; the rest is counted together. */
const OTHER_ACTIONS = 1;
/** Address blocks of an action that are counted separately. */
const MAX_BLOCKS = 250;
/** Address blocks listed in a summary. */
const NAMED_BLOCKS = 6;
export const REFUSAL_MINUTE_MS = 60_000;
/** Characters of a target. Short, since an unauthenticated client chooses the path, and a character can take six bytes. */
const TARGET_LENGTH = 96;

export interface Refusals {
  /** Returns the line to write now; undefined if the refusal was counted instead. */
  take(event: AuditEvent): AuditEvent | undefined;
  /** Counts a refusal whose line could not be written. */
  putBack(event: AuditEvent): void;
  /** Returns the summaries of all counts, and resets the counts. */
  summaries(): AuditEvent[];
  readonly pending: boolean;
}

interface Count {
  action: string;
  total: number;
  byBlock: Map<string, number>;
}

/**
 * Decides which refusals get a line in the trail. A limited number is listed one by one; the others are counted by action and
 * address block (an IPv4 address, an IPv6 /64). The actions are those of the access table, so there are few.
 * @param now milliseconds of a monotonic clock
 */
export function createRefusals(now: () => number): Refusals {
  let budget = LISTED_BURST;
  let refilledAt = now();
  const counts = new Map<string, Count>();

  const count = ({ action, address }: AuditEvent) => {
    const entry = counts.get(action) ?? { action, total: 0, byBlock: new Map<string, number>() };
    counts.set(action, entry);
    entry.total++;
    const block = addressBucket(address);
    if (!entry.byBlock.has(block) && entry.byBlock.size >= MAX_BLOCKS) return;
    entry.byBlock.set(block, (entry.byBlock.get(block) ?? 0) + 1);
  };

  return {
    take(event) {
      const at = now();
      budget = Math.min(LISTED_BURST, budget + ((at - refilledAt) / REFUSAL_MINUTE_MS) * LISTED_PER_MINUTE);
      refilledAt = at;
      if (budget < 1) {
        count(event);
        return undefined;
      }
      budget--;
      return { ...event, target: event.target.slice(0, TARGET_LENGTH) };
    },
    putBack: count,
    summaries() {
      const sorted = [...counts.values()].sort((a, b) => b.total - a.total);
      counts.clear();
      const logins = sorted.filter(({ action }) => loginAction.test(action));
      const others = sorted.filter(({ action }) => !loginAction.test(action));
      const rest = others.slice(OTHER_ACTIONS);
      return [
        ...[...logins, ...others.slice(0, OTHER_ACTIONS)].map((entry) => toEvent(entry, describe(entry))),
        ...(rest.length > 0 ? [toEvent({ action: "unknown", total: sum(rest.map(({ total }) => total)) })] : []),
      ];
    },
    get pending() {
      return counts.size > 0;
    },
  };
}

const toEvent = ({ action, total }: Pick<Count, "action" | "total">, detail = "several actions"): AuditEvent => ({
  action,
  outcome: "refused",
  actor: { kind: "system", id: "", name: "" },
  target: `${total} more refusals`,
  requestId: "",
  address: "",
  detail: `counted: ${detail}`,
});

function describe({ byBlock, total }: Count): string {
  const named = [...byBlock].sort(([, a], [, b]) => b - a).slice(0, NAMED_BLOCKS);
  const left = total - sum(named.map(([, count]) => count));
  const parts = named.map(([block, count]) => `${count} from ${block}`);
  if (left > 0) parts.push(`${left} from other addresses`);
  return parts.join(", ");
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
