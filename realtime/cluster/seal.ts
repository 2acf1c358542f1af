import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

/** An entry of the stream: sender, its sequence number, time, and a proof that the sender knows the emit token. */
export interface SealedEntry {
  from: string;
  n: string;
  at: string;
  body: string;
  mac: string;
  [field: string]: string;
}

/** Older entries are ignored, so that a captured entry cannot be replayed later. */
const MAX_AGE_MS = 60 * 60_000;
/** Senders whose sequence number is stored. */
const MAX_SENDERS = 1_000;

/**
 * Signs the entries of a stream that others can write to: sender, sequence number, time and body, with a key derived from the
 * emit token. Each entry is accepted once.
 */
export interface Seal {
  seal(body: string): SealedEntry;
  /** Returns the body of an entry of another server; `refused` if the signature is wrong or the entry was accepted before. */
  open(entry: Record<string, string | undefined>): { body: string } | "own" | "refused";
}

export function createSeal(self: string, emitToken: string, now: () => number = Date.now): Seal {
  const key = createHmac("sha256", emitToken).update("ai-desktop:realtime-stream").digest();
  const macOf = (from: string, n: string, at: string, body: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([from, n, at]))
      .update(body)
      .digest();
  const accepted = new Map<string, number>(); // in order of the last entry of each
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
      if (Math.abs(now() - Number(at)) > MAX_AGE_MS || Number(n) <= (accepted.get(from) ?? 0)) return "refused";
      accepted.delete(from);
      accepted.set(from, Number(n));
      const [oldest = ""] = accepted.keys();
      if (accepted.size > MAX_SENDERS) accepted.delete(oldest);
      return { body };
    },
  };
}
