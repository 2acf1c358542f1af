import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type Permission, permissions, type ResourceScope, type Role, role } from "../../../shared/protocol/access.ts";
import { limits } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { AccessClock } from "../clock.ts";
import type { SharedWrites } from "../identity/user-store-tx.ts";
import { messages } from "../messages.ts";
import { digestOf, newToken } from "../token.ts";

/** Prefix of keys, for scanners that look for leaked secrets. */
const KEY_PREFIX = "aid_";
/** Keys of one installation. All are in memory. */
const KEYS_MAX = 1_000;
const DAY_MS = 86_400_000;

export interface ApiKey {
  id: string;
  keyHash: string;
  prefix: string;
  name: string;
  ownerId: string;
  role: Role;
  scopes: Permission[] | null;
  limits: ResourceScope;
  createdAt: string;
  expiresAt: string;
  expiresTick: number;
  lastUsedAt: string | null;
}

export type NewApiKey = Pick<ApiKey, "name" | "ownerId" | "role" | "scopes" | "limits"> & { days: number };

export interface ApiKeys {
  /** Creates a key. It is returned only here; the database stores its hash. @throws AppError `conflict`. */
  add(key: NewApiKey): { record: ApiKey; key: string };
  /** The live record of a key, marked as used now. */
  use(key: string): ApiKey | undefined;
  /** Includes expired keys, so that they can be removed. */
  byId(id: string): ApiKey | undefined;
  isLive(record: ApiKey): boolean;
  all(): ApiKey[];
  remove(id: string): void;
  /** Ids that expired since the last call. */
  takeExpired(): string[];
  flush(): void;
  /** Reads all keys again. Returns the ids that no longer exist. */
  reload(): string[];
}

export function createApiKeys(database: DatabaseSync, { write }: SharedWrites, clock: AccessClock): ApiKeys {
  const insert = database.prepare(
    `INSERT INTO api_key (id, key_hash, prefix, name, owner_id, role, scopes, limits, created_at, expires_at, expires_tick)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare("DELETE FROM api_key WHERE id = ?");
  const touch = database.prepare("UPDATE api_key SET last_used_at = ? WHERE id = ?");
  const select = database.prepare("SELECT * FROM api_key ORDER BY created_at, id");

  let byHash = new Map<string, ApiKey>();
  const used = new Set<ApiKey>();
  const live = new Set<string>();
  const isLive = (record: ApiKey) => clock.tick() < record.expiresTick;
  const all = () => [...byHash.values()];
  const byId = (id: string) => all().find((record) => record.id === id);

  const reload = () => {
    const before = all();
    byHash = new Map(select.all().map((row) => [String(row.key_hash), toApiKey(row)]));
    used.clear();
    live.clear();
    for (const record of byHash.values()) if (isLive(record)) live.add(record.id);
    return before.filter(({ keyHash }) => !byHash.has(keyHash)).map(({ id }) => id);
  };
  reload();

  return {
    add: ({ days, ...fields }) => {
      if (byHash.size >= KEYS_MAX) throw new AppError("conflict", messages.tooManyKeys(KEYS_MAX));
      const key = KEY_PREFIX + newToken();
      const now = clock.now();
      const record: ApiKey = {
        id: randomUUID(),
        keyHash: digestOf(key),
        prefix: key.slice(0, KEY_PREFIX.length + 6),
        ...fields,
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + days * DAY_MS).toISOString(),
        expiresTick: clock.tick() + days * DAY_MS,
        lastUsedAt: null,
      };
      const { id, keyHash, prefix, name, ownerId, createdAt, expiresAt, expiresTick } = record;
      const scopes = record.scopes && JSON.stringify(record.scopes);
      const limitsText = JSON.stringify(record.limits);
      write(() => {
        const times = [createdAt, expiresAt, expiresTick] as const;
        insert.run(id, keyHash, prefix, name, ownerId, record.role, scopes, limitsText, ...times);
        clock.save();
      });
      byHash.set(keyHash, record);
      live.add(id);
      return { record, key };
    },
    use: (key) => {
      const record = byHash.get(digestOf(key));
      if (!record || !isLive(record)) return undefined;
      record.lastUsedAt = clock.now().toISOString();
      used.add(record);
      return record;
    },
    byId,
    isLive,
    all,
    remove: (id) => {
      const record = byId(id);
      if (!record) return;
      byHash.delete(record.keyHash);
      used.delete(record);
      live.delete(id);
      write(() => remove.run(id));
    },
    takeExpired: () => {
      const expired = all().filter((record) => live.has(record.id) && !isLive(record));
      for (const { id } of expired) live.delete(id);
      return expired.map(({ id }) => id);
    },
    flush: () => {
      for (const { id, lastUsedAt } of used) touch.run(lastUsedAt, id);
      used.clear();
    },
    reload,
  };
}

const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]];
const scopeList = z.array(z.enum(permissionNames));

/** Scopes of a row, without those unknown to this release. */
function toScopes(text: unknown): Permission[] | null {
  if (text === null) return null;
  const names: unknown = JSON.parse(String(text));
  return scopeList.parse(Array.isArray(names) ? names.filter((name) => permissionNames.includes(name)) : []);
}

const toApiKey = (row: Record<string, unknown>): ApiKey => ({
  id: String(row.id),
  keyHash: String(row.key_hash),
  prefix: String(row.prefix),
  name: String(row.name),
  ownerId: String(row.owner_id),
  role: role.parse(row.role),
  scopes: toScopes(row.scopes),
  limits: limits.parse(JSON.parse(String(row.limits))),
  createdAt: String(row.created_at),
  expiresAt: String(row.expires_at),
  expiresTick: Number(row.expires_tick),
  lastUsedAt: row.last_used_at === null ? null : String(row.last_used_at),
});
