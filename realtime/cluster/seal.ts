import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

/** An entry of the stream: who sent it, the how-manieth it is, when, and the proof that it knows the emit token. */
export interface SealedEntry {
  from: string;
  n: string;
  at: string;
  body: string;
  mac: string;
  [field: string]: string;
}

/** Entries that are older are none to act on: what was caught once must not be sent again later. */
const MAX_AGE_MS = 60 * 60_000;
/** Senders whose count is remembered. */
const SENDERS_MAX = 1_000;

/**
 * Proves entries of a stream that others may write to: sender, count, time and body, by a key made of the emit token. An
 * entry counts once.
 */
export interface Seal {
  seal(body: string): SealedEntry;
  /** The body of an entry of another server; `refused` when nobody with the token made it, or it was told before. */
  open(entry: Record<string, string | undefined>): { body: string } | "own" | "refused";
}

export function createSeal(self: string, emitToken: string, now: () => number = Date.now): Seal {
  const key = createHmac("sha256", emitToken).update("ai-desktop:realtime-stream").digest();
  const macOf = (from: string, n: string, at: string, body: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([from, n, at]))
      .update(body)
      .digest();
  const told = new Map<string, number>(); // in order of the last word of each
  let count = 0;
  return {
    seal(body) {
      const [n, at] = [String(++count), String(now())];
      return { from: self, n, at, body, mac: macOf(self, n, at, body).toString("base64url") };
    },
    open({ from, n, at, body, mac }) {
      if (from === undefined || n === undefined || at === undefined || body === undefined) return "refused";
      const given = Buffer.from(mac ?? "", "base64url");
      const right = macOf(from, n, at, body);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return "refused";
      if (from === self) return "own";
      if (Math.abs(now() - Number(at)) > MAX_AGE_MS || Number(n) <= (told.get(from) ?? 0)) return "refused";
      told.delete(from);
      told.set(from, Number(n));
      const [oldest = ""] = told.keys();
      if (told.size > SENDERS_MAX) told.delete(oldest);
      return { body };
    },
  };
}
