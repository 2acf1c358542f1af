import type { DatabaseSync } from "node:sqlite";
import type { SharedWrites } from "../identity/user-store-tx.ts";
import { newRecoveryCodes, recoveryCodeHash } from "./totp.ts";

export interface RecoveryCodes {
  /** Replaces the codes. The new ones are returned only here. */
  renew(userId: string): string[];
  /** Spends a code. False when it is not one of the user. */
  use(userId: string, code: string): boolean;
  /** Number of codes left. */
  count(userId: string): number;
  clear(userId: string): void;
}

export function createRecoveryCodes(database: DatabaseSync, { write }: SharedWrites): RecoveryCodes {
  const insert = database.prepare("INSERT INTO recovery_code (user_id, code_hash) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM recovery_code WHERE user_id = ? AND code_hash = ?");
  const removeAll = database.prepare("DELETE FROM recovery_code WHERE user_id = ?");
  const count = database.prepare("SELECT count(*) AS count FROM recovery_code WHERE user_id = ?");
  return {
    renew: (userId) => {
      const codes = newRecoveryCodes();
      write(() => {
        removeAll.run(userId);
        for (const code of codes) insert.run(userId, recoveryCodeHash(code));
      });
      return codes;
    },
    use: (userId, code) => Number(remove.run(userId, recoveryCodeHash(code)).changes) === 1,
    count: (userId) => Number(count.get(userId)?.count),
    clear: (userId) => void removeAll.run(userId),
  };
}
