import { createHmac, randomBytes } from "node:crypto";
import { AppError } from "../shared/server/errors.ts";
import type { Account, Accounts } from "./accounts.ts";
import { startUserChild, type UserChild } from "./user-child.ts";

/** Users with a process at once, each of some 50 MB. */
const MAX_CHILDREN = 20;
const IDLE_MS = 60_000;
/** Calls of one user at once. */
const MAX_CALLS = 32;

export interface Children {
  /** Runs work with the process of a user, which is started if there is none. @throws AppError `overloaded` */
  use<T>(uid: number, work: (child: UserChild) => Promise<T>): Promise<T>;
  /** Ends the process of a user: it did not answer in time. */
  end(uid: number): void;
  readonly count: number;
  close(): Promise<void>;
}

interface Place {
  /** The account as it was when the process started: it keeps the groups of then. */
  account: string;
  child: Promise<UserChild>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * One process a user, kept for a minute after its last call, or until the account or its groups change. A user never gets the
 * process of another.
 */
export function createChildren(accounts: Accounts): Children {
  const places = new Map<number, Place>();
  const secret = randomBytes(32);
  /** A user can read what its own process knows. */
  const keyOf = (uid: number) => createHmac("sha256", secret).update(String(uid)).digest("base64");

  const remove = (uid: number, place: Place) => {
    clearTimeout(place.idle);
    if (places.get(uid) === place) places.delete(uid);
    void place.child.then(
      (child) => child.end(),
      () => undefined,
    );
  };
  const start = (uid: number, account: Account | undefined): Place => {
    if (places.size >= MAX_CHILDREN) {
      const idle = [...places].find(([, { users }]) => users === 0);
      if (!idle) throw new AppError("overloaded", "The helper works for too many users at once.");
      remove(...idle);
    }
    const child = startUserChild(uid, account, keyOf(uid));
    const place: Place = { account: JSON.stringify(account), child, users: 0, idle: undefined };
    places.set(uid, place);
    child.then(
      ({ ended }) => ended.then(() => remove(uid, place)),
      () => remove(uid, place),
    );
    return place;
  };

  return {
    async use(uid, work) {
      const account = await accounts.find(uid);
      const current = places.get(uid);
      if (current && current.account !== JSON.stringify(account)) remove(uid, current);
      const place = places.get(uid) ?? start(uid, account);
      if (place.users >= MAX_CALLS) throw new AppError("overloaded", "The helper has too many calls for this user.");
      place.users++;
      clearTimeout(place.idle);
      try {
        return await work(await place.child);
      } finally {
        place.users--;
        if (place.users === 0) place.idle = setTimeout(() => remove(uid, place), IDLE_MS).unref();
      }
    },
    end(uid) {
      const place = places.get(uid);
      if (place) remove(uid, place);
    },
    get count() {
      return places.size;
    },
    async close() {
      const all = [...places];
      for (const [uid, place] of all) remove(uid, place);
      await Promise.all(all.map(([, { child }]) => child.then(({ ended }) => ended).catch(() => undefined)));
    },
  };
}
