import type { DatabaseSync } from "node:sqlite";
import type { SettingName } from "../../shared/protocol/setting-limits.ts";
import { AppError } from "../../shared/server/errors.ts";
import { transact } from "../database/transact.ts";
import { messages } from "./messages.ts";

/** A setting as it is stored. Values are plain data; null is the default. */
export interface StoredSetting {
  value: unknown;
  previous: unknown;
  version: number;
  changedAt: string;
  changedBy: string;
}

export interface SettingStore {
  get(name: SettingName): StoredSetting | undefined;
  /** @param version Version that the caller has read. @throws AppError `conflict` when the stored one differs */
  set(name: SettingName, value: unknown, version: number, by: string): void;
}

/** Settings in the database. A row stays when its value becomes the default, so that versions never repeat. */
export function createSettingStore(database: DatabaseSync): SettingStore {
  const read = database.prepare("SELECT value, previous, version, changed_at, changed_by FROM setting WHERE name = ?");
  const write = database.prepare(
    `INSERT OR REPLACE INTO setting (name, value, previous, version, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  /** Text that is no JSON is returned as it is: no setting has such a value, so it is ignored like any other wrong one. */
  const parse = (text: unknown): unknown => {
    try {
      return text === null ? null : JSON.parse(String(text));
    } catch {
      return text;
    }
  };
  const get = (name: SettingName): StoredSetting | undefined => {
    const row = read.get(name);
    return (
      row && {
        value: parse(row.value),
        previous: parse(row.previous),
        version: Number(row.version),
        changedAt: String(row.changed_at),
        changedBy: String(row.changed_by),
      }
    );
  };
  const format = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return {
    get,
    set: (name, value, version, by) =>
      transact(database, () => {
        const before = get(name);
        if ((before?.version ?? 0) !== version) throw new AppError("conflict", messages.changedMeanwhile);
        write.run(name, format(value), format(before?.value ?? null), version + 1, new Date().toISOString(), by);
      }),
  };
}
