import { randomInt } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { digestOf } from "../token.ts";

const PERIOD_SECONDS = 30;
/** Steps that a code may be early or late, because clocks of phones differ. */
const WINDOW = 1;
const RECOVERY_CODES = 10;

const totpOf = (secret: string, label = "") =>
  new TOTP({
    issuer: "AI Desktop",
    label,
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });

/** 160 bits, as authenticators expect them. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** Content of the QR code of a secret. */
export const totpUri = (secret: string, userName: string): string => totpOf(secret, userName).toString();

/**
 * The step of a valid code; undefined for a wrong code, and for one of a step up to `lastStep`, which was used.
 * @param at milliseconds since the epoch, by the wall clock, as in the authenticator
 */
export function acceptedStep(secret: string, code: string, lastStep: number, at: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: at, window: WINDOW });
  if (delta === null) return undefined;
  const step = Math.floor(at / 1_000 / PERIOD_SECONDS) + delta;
  return step > lastStep ? step : undefined;
}

/** Without letters and digits that look alike. */
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");

/** Ten codes of 74 bits each, such as `x7k2m-p9qrs-4tuvw`. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => `${group()}-${group()}-${group()}`);

/** The stored form of a recovery code. A plain hash is enough for 74 random bits. */
export const recoveryCodeHash = (code: string): string => digestOf(code.toLowerCase().replace(/[^a-z0-9]/g, ""));
