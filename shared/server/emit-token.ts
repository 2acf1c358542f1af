import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { type Config, ConfigError } from "./config.ts";
import { readOrMakePrivateFile } from "./private-file.ts";

/** Returns the secret shared by the API and the realtime server: from the environment or a file, created on the first start. */
export function loadEmitToken(config: Pick<Config, "EMIT_TOKEN" | "EMIT_TOKEN_FILE" | "DATA_DIR">): string {
  if (config.EMIT_TOKEN) return config.EMIT_TOKEN;
  const path = config.EMIT_TOKEN_FILE ?? join(config.DATA_DIR, "emit-token");
  const token = readOrMakePrivateFile(path, () => `${randomBytes(32).toString("base64url")}\n`).trim();
  if (token.length < 32) throw new ConfigError("The emit token file has fewer than 32 characters.");
  return token;
}

/** Bytes that are compared, whatever the length of the two tokens. */
const COMPARED_BYTES = 512;

/**
 * Compares two tokens in constant time. Both are padded to the same length, so that not even the length leaks. Hashing
 * them instead would cost a tenth of a publish.
 */
export function createSecretCheck(secret: string): (candidate: string | undefined) => boolean {
  const length = Buffer.byteLength(secret);
  const expected = Buffer.alloc(Math.max(COMPARED_BYTES, length));
  expected.write(secret);
  const compared = Buffer.alloc(expected.length);
  return (candidate) => {
    if (candidate === undefined || candidate.length > compared.length) return false;
    compared.fill(0).write(candidate);
    const same = timingSafeEqual(compared, expected);
    return Buffer.byteLength(candidate) === length && same;
  };
}

/** Returns the token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined | null): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? "")?.[1];
}
