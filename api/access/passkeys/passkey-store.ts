import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { PasskeyInfo } from "../../../shared/protocol/passkey.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { SharedWrites } from "../identity/user-store-tx.ts";
import { messages } from "../messages.ts";

/** Passkeys per user. */
const PASSKEYS_MAX = 20;

export interface Passkey {
  id: string;
  userId: string;
  name: string;
  /** Base64url, as in WebAuthn. */
  credentialId: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: number;
  transports: string[];
  /** ISO 8601. */
  createdAt: string;
  lastUsedAt: string | null;
}

export type NewPasskey = Pick<Passkey, "userId" | "name" | "credentialId" | "publicKey" | "counter" | "transports">;

export interface PasskeyStore {
  /** Oldest first. */
  of(userId: string): Passkey[];
  byCredential(credentialId: string): Passkey | undefined;
  /** Whether any user has a passkey. */
  any(): boolean;
  /** @throws AppError `conflict` for a credential that exists, and beyond {@link PASSKEYS_MAX} */
  add(passkey: NewPasskey): Passkey;
  /** @throws AppError `not_found`, as `remove` does, when the user has no such passkey */
  rename(userId: string, id: string, name: string): void;
  remove(userId: string, id: string): void;
  clear(userId: string): void;
  /** Records a use. False when the passkey was removed or used in the meantime: of two concurrent uses, one counts. */
  use(passkey: Passkey, counter: number, at: string): boolean;
}

/** Passkeys in the database. Changes by the command line tools apply at once, because nothing is kept in memory. */
export function createPasskeyStore(database: DatabaseSync, { write }: SharedWrites): PasskeyStore {
  const insert = database.prepare(
    `INSERT INTO passkey (id, user_id, name, credential_id, public_key, counter, transports, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const ofUser = database.prepare("SELECT * FROM passkey WHERE user_id = ? ORDER BY created_at, id");
  const byCredential = database.prepare("SELECT * FROM passkey WHERE credential_id = ?");
  const one = database.prepare("SELECT 1 FROM passkey LIMIT 1");
  const rename = database.prepare("UPDATE passkey SET name = ? WHERE user_id = ? AND id = ?");
  const remove = database.prepare("DELETE FROM passkey WHERE user_id = ? AND id = ?");
  const clear = database.prepare("DELETE FROM passkey WHERE user_id = ?");
  const use = database.prepare(
    "UPDATE passkey SET counter = ?, last_used_at = ? WHERE id = ? AND counter = ? AND last_used_at IS ?",
  );
  const of = (userId: string) => ofUser.all(userId).map(toPasskey);
  const requireOne = (changes: number | bigint) => {
    if (Number(changes) !== 1) throw new AppError("not_found", messages.noSuchPasskey);
  };

  return {
    of,
    byCredential: (credentialId) => {
      const row = byCredential.get(credentialId);
      return row && toPasskey(row);
    },
    any: () => one.get() !== undefined,
    add: (fields) =>
      write(() => {
        if (byCredential.get(fields.credentialId)) throw new AppError("conflict", messages.passkeyKnown);
        if (of(fields.userId).length >= PASSKEYS_MAX) {
          throw new AppError("conflict", messages.tooManyPasskeys(PASSKEYS_MAX));
        }
        const passkey: Passkey = {
          ...fields,
          id: randomUUID(),
          createdAt: new Date().toISOString(),
          lastUsedAt: null,
        };
        const { id, userId, name, credentialId, publicKey, counter, createdAt } = passkey;
        const transports = JSON.stringify(passkey.transports);
        insert.run(id, userId, name, credentialId, publicKey, counter, transports, createdAt);
        return passkey;
      }),
    rename: (userId, id, name) => requireOne(rename.run(name, userId, id).changes),
    remove: (userId, id) => write(() => requireOne(remove.run(userId, id).changes)),
    clear: (userId) => void clear.run(userId),
    use: ({ id, counter: before, lastUsedAt }, counter, at) =>
      Number(use.run(counter, at, id, before, lastUsedAt).changes) === 1,
  };
}

/** A passkey as its owner sees it. */
export const toPasskeyInfo = ({ id, name, createdAt, lastUsedAt }: Passkey): PasskeyInfo => ({
  id,
  name,
  createdAt,
  lastUsedAt,
});

const toPasskey = (row: Record<string, unknown>): Passkey => ({
  id: String(row.id),
  userId: String(row.user_id),
  name: String(row.name),
  credentialId: String(row.credential_id),
  publicKey: new Uint8Array(row.public_key as Uint8Array),
  counter: Number(row.counter),
  transports: JSON.parse(String(row.transports)),
  createdAt: String(row.created_at),
  lastUsedAt: row.last_used_at === null ? null : String(row.last_used_at),
});
