import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { AlertChannel, AlertChannelInput } from "../../shared/protocol/alert.ts";
import { AppError } from "../../shared/server/errors.ts";
import { transact } from "../database/transact.ts";
import { mergeSecrets, type StoredSettings, toShown } from "./channels/settings.ts";
import { messages } from "./messages.ts";
import { type RuleMaker, toMaker } from "./rule-store.ts";

const MAX_CHANNELS = 50;

/** A channel with its secrets. Only the sender reads it; responses never contain it. */
export interface StoredChannel {
  id: string;
  name: string;
  enabled: boolean;
  settings: StoredSettings;
}

/** A channel without secrets. {@link Makers} adds whether the author still exists. */
export interface ShownChannel extends Omit<AlertChannel, "maker"> {
  maker: RuleMaker | null;
}

export interface ChannelStore {
  list(): ShownChannel[];
  /** @throws AppError `not_found`, as do `get`, `change` and `remove`. */
  show(id: string): ShownChannel;
  get(id: string): StoredChannel;
  find(id: string): StoredChannel | undefined;
  /** @throws AppError `conflict` beyond {@link MAX_CHANNELS}, `invalid_input` for a missing secret. */
  add(channel: AlertChannelInput, maker: RuleMaker): ShownChannel;
  change(id: string, channel: AlertChannelInput, maker: RuleMaker): ShownChannel;
  remove(id: string): void;
  /** Id of the default channel; null while there is none. */
  defaultId(): string | null;
  /** @throws AppError `not_found` */
  setDefault(id: string | null): void;
  noteSent(id: string): void;
  noteFailed(id: string, error: string): void;
  noteLost(id: string, messages: number): void;
}

export function createChannelStore(database: DatabaseSync): ChannelStore {
  const columns = `*, (SELECT count(*) FROM alert_message WHERE channel_id = alert_channel.id) AS waiting,
    id = (SELECT value FROM alert_meta WHERE name = 'default_channel') AS is_default`;
  const all = database.prepare(`SELECT ${columns} FROM alert_channel ORDER BY created_at, id`);
  const byId = database.prepare(`SELECT ${columns} FROM alert_channel WHERE id = ?`);
  const count = database.prepare("SELECT count(*) AS channels FROM alert_channel");
  const insert = database.prepare(
    `INSERT INTO alert_channel (id, name, enabled, settings, created_at, maker_kind, maker_id, maker_name)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE alert_channel SET name = ?, enabled = ?, settings = ?, maker_kind = ?, maker_id = ?, maker_name = ?
     WHERE id = ?`,
  );
  const erase = database.prepare("DELETE FROM alert_channel WHERE id = ?");
  const getDefault = database.prepare("SELECT value FROM alert_meta WHERE name = 'default_channel'");
  const putDefault = database.prepare("INSERT OR REPLACE INTO alert_meta (name, value) VALUES ('default_channel', ?)");
  const noDefault = database.prepare("DELETE FROM alert_meta WHERE name = 'default_channel'");
  const sent = database.prepare("UPDATE alert_channel SET sent_at = ?, error = NULL WHERE id = ?");
  const failed = database.prepare("UPDATE alert_channel SET failed_at = ?, error = ? WHERE id = ?");
  const lost = database.prepare("UPDATE alert_channel SET lost = lost + ? WHERE id = ?");

  const row = (id: string) => {
    const found = byId.get(id);
    if (!found) throw new AppError("not_found", messages.noSuchChannel);
    return found;
  };
  const show = (id: string) => toChannel(row(id));
  const defaultId = () => text(getDefault.get()?.value);

  return {
    list: () => all.all().map(toChannel),
    show,
    get: (id) => toStored(row(id)),
    find(id) {
      const found = byId.get(id);
      return found && toStored(found);
    },
    add({ name, enabled, settings }, maker) {
      if (Number(count.get()?.channels) >= MAX_CHANNELS) {
        throw new AppError("conflict", messages.tooManyChannels(MAX_CHANNELS));
      }
      const id = randomUUID();
      const stored = JSON.stringify(mergeSecrets(undefined, settings));
      insert.run(id, name, Number(enabled), stored, new Date().toISOString(), maker.kind, maker.id, maker.name);
      return show(id);
    },
    change(id, { name, enabled, settings }, maker) {
      const before = toStored(row(id));
      const merged = JSON.stringify(mergeSecrets(before.settings, settings));
      update.run(name, Number(enabled), merged, maker.kind, maker.id, maker.name, id);
      return show(id);
    },
    remove(id) {
      row(id);
      transact(database, () => {
        if (defaultId() === id) noDefault.run();
        erase.run(id);
      });
    },
    defaultId,
    setDefault(id) {
      if (id === null) return void noDefault.run();
      row(id);
      putDefault.run(id);
    },
    noteSent: (id) => void sent.run(new Date().toISOString(), id),
    noteFailed: (id, error) => void failed.run(new Date().toISOString(), error, id),
    noteLost: (id, messages) => void lost.run(messages, id),
  };
}

const toStored = (row: Record<string, unknown>): StoredChannel => ({
  id: String(row.id),
  name: String(row.name),
  enabled: row.enabled === 1,
  settings: JSON.parse(String(row.settings)) as StoredSettings,
});

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

function toChannel(row: Record<string, unknown>): ShownChannel {
  const { settings, ...stored } = toStored(row);
  return {
    ...stored,
    type: settings.type,
    isDefault: row.is_default === 1,
    ...toShown(settings),
    delivery: {
      sentAt: text(row.sent_at),
      failedAt: text(row.failed_at),
      error: text(row.error),
      waiting: Number(row.waiting),
      lost: Number(row.lost),
    },
    createdAt: String(row.created_at),
    maker: toMaker(row),
  };
}
