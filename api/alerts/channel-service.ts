import type { DatabaseSync } from "node:sqlite";
import {
  type AlertChannel,
  type AlertChannelInput,
  type AlertRule,
  DEFAULT_CHANNEL,
  type DefaultChannelInput,
  isLogCondition,
} from "../../shared/protocol/alert.ts";
import { AppError } from "../../shared/server/errors.ts";
import { transact } from "../database/transact.ts";
import { createRateLimit } from "../http/rate-limits.ts";
import type { AddressRules } from "../outbound/address-rules.ts";
import type { ChannelStore } from "./channel-store.ts";
import { checkTarget } from "./channels/target.ts";
import type { EventStore } from "./event-store.ts";
import type { Makers } from "./makers.ts";
import { messages } from "./messages.ts";
import type { Notifier } from "./notifier.ts";
import type { RuleMaker, RuleStore } from "./rule-store.ts";

const TESTS_PER_MINUTE = 60;

/** The channels of this server. Stored secrets never appear in a result. */
export interface AlertChannels {
  list(): AlertChannel[];
  /** @throws AppError `not_found`. */
  get(id: string): AlertChannel;
  /**
   * Replaces the default channel, and adds it to all rules when `allRules` is set. Returns the number of rules that
   * changed.
   * @param readsLogs Whether the caller may read logs.
   * @throws AppError `not_found`; `forbidden` when the channel would receive log lines that the caller may not read
   */
  setDefault(change: DefaultChannelInput, readsLogs: boolean): { channel: AlertChannel | null; rules: number };
  hasDefault(): boolean;
  /** Whether log lines are sent to the channel, or are queued for it. */
  hasLogLines(id: string): boolean;
  /** @throws AppError `forbidden` (address), `invalid_input`, `conflict` (too many channels). */
  add(channel: AlertChannelInput, maker: RuleMaker): AlertChannel;
  /** Replaces a channel as a whole. @throws AppError `not_found`, `forbidden`, `invalid_input`. */
  change(id: string, channel: AlertChannelInput, maker: RuleMaker): AlertChannel;
  /** Also removes the channel from every rule. @throws AppError `not_found`. */
  remove(id: string): void;
  /**
   * Sends a real message now. The limit is 60 tests per minute and caller, because the receiver has not asked for them.
   *
   * @param caller Id of the user who tests.
   * @throws AppError `rate_limited`; with the reason when the message was not delivered
   */
  test(id: string, caller: string): Promise<AlertChannel>;
}

export interface ChannelServiceDeps {
  database: DatabaseSync;
  store: ChannelStore;
  rules: Pick<RuleStore, "list" | "dropChannel" | "addDefaultChannel">;
  events: Pick<EventStore, "hasLogLines">;
  addresses: AddressRules;
  shown: Makers["shown"];
  notifier: Notifier;
  paused: boolean;
  applyRules(): void;
  notifyChanged(): void;
}

/** Joins the channel store with the notifier that sends to the channels. */
export function createAlertChannels(deps: ChannelServiceDeps): AlertChannels {
  const { database, store, rules, events, addresses, shown, notifier, paused, applyRules, notifyChanged } = deps;
  const tests = createRateLimit(TESTS_PER_MINUTE, 60);
  const logRules = () => rules.list().filter(({ condition }) => isLogCondition(condition));
  const isForDefault = ({ channels }: AlertRule) => channels.includes(DEFAULT_CHANNEL);
  return {
    list: () => store.list().map(shown),
    get: (id) => shown(store.show(id)),
    hasDefault: () => store.defaultId() !== null,
    hasLogLines: (id) =>
      events.hasLogLines(id) ||
      logRules().some(({ channels }) => channels.includes(id)) ||
      (store.defaultId() === id && logRules().some(isForDefault)),
    setDefault({ channel, allRules }, readsLogs) {
      if (!readsLogs && channel !== null && logRules().some((rule) => allRules || isForDefault(rule))) {
        throw new AppError("forbidden", messages.channelCarriesLogs);
      }
      const changed = transact(database, () => {
        store.setDefault(channel);
        return allRules ? rules.addDefaultChannel() : 0;
      });
      applyRules();
      return { channel: channel === null ? null : shown(store.show(channel)), rules: changed };
    },
    add(channel, maker) {
      checkTarget(channel.settings, addresses);
      const added = store.add(channel, maker);
      notifyChanged();
      return shown(added);
    },
    change(id, channel, maker) {
      checkTarget(channel.settings, addresses);
      const changed = store.change(id, channel, maker);
      if (!paused) notifier.retry(id);
      notifyChanged();
      return shown(changed);
    },
    remove(id) {
      store.remove(id);
      rules.dropChannel(id);
      applyRules();
    },
    async test(id, caller) {
      await tests.take(caller);
      await notifier.test(id);
      return shown(store.show(id));
    },
  };
}
