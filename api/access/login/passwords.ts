import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

/** Of argon2id (the library's default): KiB of memory, passes, threads. */
export interface PasswordCost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** OWASP's parameters. */
const OWASP: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Concurrent hashes. Each takes 19 MiB and a thread of the pool, which file reads need too. */
const HASHES_AT_ONCE = 2;
const WAITING_MAX = 16;

export interface Passwords {
  /** Returns a PHC string. @throws AppError `overloaded` when too many wait */
  hash(password: string): Promise<string>;
  /** Null as the hash (no such user, or no password) takes as long as a wrong password. */
  matches(passwordHash: string | null, password: string): Promise<boolean>;
  /** Whether a hash has other parameters than new ones. */
  isOld(passwordHash: string): boolean;
}

/** @param cost parameters of new hashes; stored ones of another cost still match */
export function createPasswords(cost: PasswordCost = OWASP): Passwords {
  const currentParameters = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
  const limited = createLimiter();
  // Verified instead of a hash that does not exist. The password is random and not kept.
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
      throw new AppError("overloaded", messages.tooManyLogins, { retryAfter: 1 });
    }
    return limit(work);
  };
}
