import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

interface Slowdown {
  /** Failures without a wait. */
  free: number;
  firstWaitMs: number;
  longestWaitMs: number;
  /** Time without a failure after which the record is dropped. */
  forgetMs: number;
}

/** An address waits long: it is easy to change, and the wait affects no other caller. */
const ofAddress: Slowdown = { free: 5, firstWaitMs: 30_000, longestWaitMs: 900_000, forgetMs: 900_000 };
/** An account is only slowed down: a lock would let any caller keep its owner out. */
const ofAccount: Slowdown = { free: 5, firstWaitMs: 5_000, longestWaitMs: 60_000, forgetMs: 3_600_000 };
const RECORDS_MAX = 10_000;

interface Attempts {
  failures: number;
  lastAt: number;
  openAt: number;
}

export interface Attempt {
  /** Success: drops the failures of the account. The address keeps its count, or an attacker could reset it by an own account. */
  succeed(): void;
  /** Success at an address without other users: drops the failures of both. */
  forget(): void;
  /** Takes the attempt back. */
  withdraw(): void;
}

export interface LoginThrottle {
  /**
   * Counts an attempt as failed before it is made, so that concurrent attempts gain nothing.
   * @throws AppError `rate_limited`
   * @param known the account has logged in from this address lately: failures of others do not slow it down
   */
  begin(account: string, address: string, known: boolean): Attempt;
}

export function createLoginThrottle(now: () => number = () => performance.now()): LoginThrottle {
  const addresses = createAttempts(ofAddress, now);
  const accounts = createAttempts(ofAccount, now);
  return {
    begin: (account, address, known) => {
      const name = account.toLowerCase();
      const waitMs = Math.max(addresses.wait(address), known ? 0 : accounts.wait(name));
      if (waitMs > 0) {
        const message = messages.tooManyFailures;
        throw new AppError("rate_limited", message, { retryAfter: Math.ceil(waitMs / 1_000) });
      }
      addresses.fail(address);
      if (!known) accounts.fail(name);
      const withdraw = () => {
        addresses.takeBack(address);
        if (!known) accounts.takeBack(name);
      };
      return {
        withdraw,
        succeed: () => {
          withdraw();
          accounts.forget(name);
        },
        forget: () => {
          addresses.forget(address);
          accounts.forget(name);
        },
      };
    },
  };
}

function createAttempts({ free, firstWaitMs, longestWaitMs, forgetMs }: Slowdown, now: () => number) {
  const records = new Map<string, Attempts>(); // in order of the last failure
  const current = (key: string): Attempts | undefined => {
    const record = records.get(key);
    if (record && now() - record.lastAt < forgetMs) return record;
    records.delete(key);
    return undefined;
  };
  const setOpenAt = (record: Attempts) => {
    const over = record.failures - free;
    record.openAt = over < 0 ? 0 : record.lastAt + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(over, 16));
  };
  return {
    wait: (key: string) => Math.max(0, (current(key)?.openAt ?? 0) - now()),
    fail: (key: string) => {
      const record = current(key) ?? { failures: 0, lastAt: 0, openAt: 0 };
      record.failures++;
      record.lastAt = now();
      setOpenAt(record);
      records.delete(key);
      records.set(key, record);
      if (records.size > RECORDS_MAX) for (const oldest of records.keys()) return void records.delete(oldest);
    },
    takeBack: (key: string) => {
      const record = records.get(key);
      if (!record) return;
      record.failures--;
      if (record.failures <= 0) records.delete(key);
      else setOpenAt(record);
    },
    forget: (key: string) => records.delete(key),
  };
}
