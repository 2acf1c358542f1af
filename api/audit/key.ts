import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ConfigError } from "../../shared/server/config.ts";
import { readOrMakePrivateFile } from "../../shared/server/private-file.ts";

/** Returns the key of the chain's hashes, from its own file, which is created on the first start. */
export function loadAuditKey(dataDir: string): Buffer {
  const text = readOrMakePrivateFile(join(dataDir, "audit-key"), () => `${randomBytes(32).toString("base64url")}\n`);
  const key = Buffer.from(text.trim(), "base64url");
  if (key.length < 32) throw new ConfigError("The file audit-key in DATA_DIR is damaged; restore it from a backup.");
  return key;
}
