import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { type Config, ConfigError } from "./config.ts";
import { readOrMakePrivateFile } from "./private-file.ts";

/** The secret the API and the realtime server share: from the environment, a file, or made on the first start. */
export function loadEmitToken(config: Pick<Config, "EMIT_TOKEN" | "EMIT_TOKEN_FILE" | "DATA_DIR">): string {
  if (config.EMIT_TOKEN) return config.EMIT_TOKEN;
  const path = config.EMIT_TOKEN_FILE ?? join(config.DATA_DIR, "emit-token");
  const token = readOrMakePrivateFile(path, () => `${randomBytes(32).toString("base64url")}\n`).trim();
  if (token.length < 32) throw new ConfigError("The emit token file holds fewer than 32 characters.");
  return token;
}

const digest = (text: string) => hash("sha256", text, "buffer");

/** Compares in constant time: both sides are hashed first, so that not even the length shows. */
export function createSecretCheck(secret: string): (candidate: string | undefined) => boolean {
  const expected = digest(secret);
  return (candidate) => candidate !== undefined && timingSafeEqual(digest(candidate), expected);
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined | null): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? "")?.[1];
}
