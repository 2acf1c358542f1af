import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { AppError } from "../../../shared/server/errors.ts";

/** Of argon2id (the library's default): KiB of memory, passes, threads. */
export interface PasswordCost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** OWASP's figures. */
const OWASP: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes at a time: each takes a thread of the pool that file reads need too, and 19 MiB. */
const HASHES_AT_ONCE = 2;
const WAITING_MAX = 16;

export interface Passwords {
  /** A PHC string. Throws `overloaded` when too many wait. */
  hash(password: string): Promise<string>;
  /** Null as the hash (no such user, or no password) takes as long as a wrong password does. */
  matches(passwordHash: string | null, password: string): Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOld(passwordHash: string): boolean;
}

/** @param cost Of hashes made from now on; those made at another cost still match. */
export function createPasswords(cost: PasswordCost = OWASP): Passwords {
  const currentParameters = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
  const limited = createLimiter();
  // Nobody knows this password; it is verified against where there is none.
  const dummy = hash(randomBytes(32), cost);
  const toBytes = (password: string) => Buffer.from(password.normalize("NFC"), "utf8");
  return {
    hash: (password) => limited(() => hash(toBytes(password), cost)),
    matches: (passwordHash, password) =>
      limited(async () => {
        const right = await verify(passwordHash ?? (await dummy), toBytes(password));
        return right && passwordHash !== null;
      }),
    isOld: (passwordHash) => !passwordHash.startsWith(currentParameters),
  };
}

/** Runs at most {@link HASHES_AT_ONCE} hashes; the returned function throws `overloaded` when too many wait. */
function createLimiter(): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(HASHES_AT_ONCE);
  return async (work) => {
    if (limit.activeCount + limit.pendingCount >= HASHES_AT_ONCE + WAITING_MAX) {
      throw new AppError("overloaded", "Too many log-ins at once; try again in a moment.", { retryAfter: 1 });
    }
    return limit(work);
  };
}
