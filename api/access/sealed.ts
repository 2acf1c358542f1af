import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { AccessClock } from "./clock.ts";
import { digestOf } from "./token.ts";

/** Spent values that are remembered. Only what was proved right is spent, so a stranger adds none. */
const SPENT_MAX = 10_000;
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * State of a log-in that is under way, kept by the browser instead of the server: nobody can fill a store, or push
 * somebody else's log-in out of it. Sealed with a key of this start, so that a browser can neither read nor change it.
 */
export interface Sealer {
  /** @param purpose what it counts for, and for nothing else. @param ms time after which it no longer counts. */
  seal(purpose: string, value: unknown, ms: number): string;
  /** What was sealed; undefined for anything else, and once it is over or spent. */
  open(purpose: string, sealed: string | undefined): unknown;
  /** Ends it: call this once it has been proved right. False when somebody else was first. */
  spend(sealed: string): boolean;
}

export function createSealer(clock: Pick<AccessClock, "tick">): Sealer {
  const key = randomBytes(32);
  const spent = new Set<string>(); // in order of their end

  return {
    seal(purpose, value, ms) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose));
      const text = JSON.stringify({ value, until: clock.tick() + ms });
      const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url");
    },
    open(purpose, sealed) {
      if (sealed === undefined || spent.has(digestOf(sealed))) return undefined;
      const bytes = Buffer.from(sealed, "base64url");
      // One spelling only: else the same value could be spent twice.
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== sealed) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        const { value, until } = JSON.parse(text.toString()) as { value: unknown; until: number };
        return clock.tick() < until ? value : undefined;
      } catch {
        return undefined; // not ours
      }
    },
    spend(sealed) {
      const digest = digestOf(sealed);
      if (spent.has(digest)) return false;
      spent.add(digest);
      const [oldest = ""] = spent;
      if (spent.size > SPENT_MAX) spent.delete(oldest);
      return true;
    },
  };
}
