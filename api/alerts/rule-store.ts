import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Principal } from "../../shared/protocol/access.ts";
import { type AlertRule, type AlertRuleInput, BELL, DEFAULT_CHANNEL } from "../../shared/protocol/alert.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

const MAX_RULES = 200;

export type RuleMaker = Pick<Principal, "kind" | "id" | "name">;

export interface RuleStore {
  list(): AlertRule[];
  /** @throws AppError `not_found`. */
  get(id: string): AlertRule;
  /**
   * @param maker The rule acts with the rights of this user or key; null for a rule of the panel itself.
   * @throws AppError `conflict` beyond {@link MAX_RULES}, `invalid_input` for an unknown channel.
   */
  add(rule: AlertRuleInput, maker: RuleMaker | null): AlertRule;
  /** Replaces a rule as a whole. @throws AppError `not_found`, `invalid_input` for an unknown channel. */
  change(id: string, rule: AlertRuleInput, maker: RuleMaker): AlertRule;
  /** Null for rules of the panel itself and rules of early releases; undefined for an unknown rule. */
  makerOf(id: string): RuleMaker | null | undefined;
  remove(id: string): void;
  /** Removes a channel from every rule. */
  dropChannel(channelId: string): void;
  /** Adds the default channel to every rule without it, and returns their number. */
  addDefaultChannel(): number;
}

export function createRuleStore(database: DatabaseSync): RuleStore {
  const all = database.prepare("SELECT * FROM alert_rule ORDER BY created_at, name, id");
  const byId = database.prepare("SELECT * FROM alert_rule WHERE id = ?");
  const count = database.prepare("SELECT count(*) AS rules FROM alert_rule");
  const insert = database.prepare(
    `INSERT INTO alert_rule (id, name, enabled, settings, created_at, maker_kind, maker_id, maker_name)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare("UPDATE alert_rule SET name = ?, enabled = ?, settings = ? WHERE id = ?");
  const setMaker = database.prepare("UPDATE alert_rule SET maker_kind = ?, maker_id = ?, maker_name = ? WHERE id = ?");
  const erase = database.prepare("DELETE FROM alert_rule WHERE id = ?");
  const hasChannel = database.prepare("SELECT 1 FROM alert_channel WHERE id = ?");

  const get = (id: string): AlertRule => {
    const row = byId.get(id);
    if (!row) throw new AppError("not_found", messages.noSuchRule);
    return toRule(row);
  };
  const list = () => all.all().map(toRule);
  const checkChannels = ({ channels }: AlertRuleInput) => {
    for (const id of channels) {
      if (id !== BELL && id !== DEFAULT_CHANNEL && !hasChannel.get(id))
        throw new AppError("invalid_input", messages.unknownChannel);
    }
  };
  /** Leaves the author as it is: the rule does the same as before, for other receivers. */
  const setChannels = ({ id, createdAt: _, name, enabled, ...settings }: AlertRule, channels: string[]) =>
    update.run(name, Number(enabled), JSON.stringify({ ...settings, channels }), id);
  const change: RuleStore["change"] = (id, rule, maker) => {
    get(id);
    checkChannels(rule);
    const { name, enabled, ...settings } = rule;
    update.run(name, Number(enabled), JSON.stringify(settings), id);
    setMaker.run(maker.kind, maker.id, maker.name, id);
    return get(id);
  };

  return {
    list,
    get,
    change,
    makerOf(id) {
      const row = byId.get(id);
      return row && toMaker(row);
    },
    add(rule, maker) {
      if (Number(count.get()?.rules) >= MAX_RULES) {
        throw new AppError("conflict", messages.tooManyRules(MAX_RULES));
      }
      checkChannels(rule);
      const { name, enabled, ...settings } = rule;
      const id = randomUUID();
      insert.run(
        id,
        name,
        Number(enabled),
        JSON.stringify(settings),
        new Date().toISOString(),
        maker?.kind ?? null,
        maker?.id ?? null,
        maker?.name ?? null,
      );
      return get(id);
    },
    remove(id) {
      get(id);
      erase.run(id);
    },
    dropChannel(channelId) {
      for (const rule of list()) {
        if (!rule.channels.includes(channelId)) continue;
        setChannels(
          rule,
          rule.channels.filter((other) => other !== channelId),
        );
      }
    },
    addDefaultChannel() {
      const without = list().filter(({ channels }) => !channels.includes(DEFAULT_CHANNEL));
      for (const rule of without) setChannels(rule, [...rule.channels, DEFAULT_CHANNEL]);
      return without.length;
    },
  };
}

/** The author in a row of a rule or a channel; null when none is stored. Rows of early releases show the id as name. */
export function toMaker({ maker_kind: kind, maker_id: id, maker_name: name }: Record<string, unknown>) {
  if ((kind !== "user" && kind !== "key") || typeof id !== "string") return null;
  return { kind, id, name: typeof name === "string" ? name : id } satisfies RuleMaker;
}

const toRule = (row: Record<string, unknown>): AlertRule => ({
  ...(JSON.parse(String(row.settings)) as Omit<AlertRuleInput, "name" | "enabled">),
  id: String(row.id),
  name: String(row.name),
  enabled: row.enabled === 1,
  createdAt: String(row.created_at),
});
