import { AppError } from "../../shared/server/errors.ts";
import { addressBucket, isLoopback } from "../../shared/server/http/peer-address.ts";
import type { SocketCaps } from "../deps.ts";

/** The numbers of open connections: in total, per address block, and without an identity. */
export interface ConnectionCounts {
  readonly total: number;
  /** Counts a connection of an address, or of its IPv6 /64. Returns a function to call after the close. @throws AppError `rate_limited` */
  enter(address: string): () => void;
  /** Counts a connection without an identity. Returns a function to call when it gets one or closes. @throws AppError `rate_limited` */
  enterUnidentified(): () => void;
}

export function createConnectionCounts(caps: SocketCaps): ConnectionCounts {
  const byAddress = new Map<string, number>();
  let total = 0;
  let unidentified = 0;

  return {
    get total() {
      return total;
    },
    enter(address) {
      if (total >= caps.total) throw new AppError("rate_limited", "Too many connections.", { retryAfter: 5 });
      const bucket = addressBucket(address);
      const count = byAddress.get(bucket) ?? 0;
      if (!isLoopback(address) && count >= caps.perAddress) {
        throw new AppError("rate_limited", "Too many connections from this address.", { retryAfter: 5 });
      }
      total++;
      byAddress.set(bucket, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total--;
        const now = (byAddress.get(bucket) ?? 1) - 1;
        if (now === 0) byAddress.delete(bucket);
        else byAddress.set(bucket, now);
      };
    },
    enterUnidentified() {
      if (unidentified >= Math.ceil(caps.total / 2)) {
        throw new AppError("rate_limited", "Too many connections.", { retryAfter: 5 });
      }
      unidentified++;
      let known = false;
      return () => {
        if (!known) unidentified--;
        known = true;
      };
    },
  };
}
