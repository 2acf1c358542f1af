import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { AccessClock } from "./clock.ts";
import { digestOf } from "./token.ts";

/** Spent values in memory. Only proved values are spent, so an anonymous caller adds none. */
const SPENT_MAX = 10_000;
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals the state of a log-in for the browser that keeps it, so that no caller can fill a store of the server or displace
 * the log-in of another. The key is new at each start: a browser can neither read nor change the state.
 */
export interface Sealer {
  /** @param purpose the only purpose it is valid for. @param ms lifetime in milliseconds. */
  seal(purpose: string, value: unknown, ms: number): string;
  /** The sealed value; undefined when it is of another purpose or start, expired or spent. */
  open(purpose: string, sealed: string | undefined): unknown;
  /** Makes a proved value invalid. False when another request was first. */
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
      // One encoding only: otherwise the same value could be spent twice.
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== sealed) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        const { value, until } = JSON.parse(text.toString()) as { value: unknown; until: number };
        return clock.tick() < until ? value : undefined;
      } catch {
        return undefined; // not sealed by this start
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
