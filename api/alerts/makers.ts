import type { AlertEvent, AlertMaker, AlertRule, ListedAlertRule } from "../../shared/protocol/alert.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { RuleMaker, RuleStore } from "./rule-store.ts";

/** Who made a rule, as far as rights go. */
export type MakerId = Pick<RuleMaker, "kind" | "id">;

export interface MakerRights {
  /** Whether who made a rule may still restart a container. */
  mayRestart(maker: MakerId, containerName: string): boolean;
  /** Whether who made a rule may still read the log of a container; undefined: of every container. */
  mayReadLogs(maker: MakerId, containerName?: string): boolean;
  /** Whether a user or key is still there. */
  isThere(maker: MakerId): boolean;
}

/** What rules do in the name of whoever saved them last, as long as they may. The panel's own rules may do everything. */
export interface Makers {
  mayHeal(ruleId: string, containerName: string): boolean;
  /** Whether a message may leave: a line of a log goes to nobody in the name of somebody who may not read it. */
  maySend(event: AlertEvent): boolean;
  /** A rule or channel as answers show it. */
  shown<T extends { maker: RuleMaker | null }>(made: T): Omit<T, "maker"> & { maker: AlertMaker | null };
  listed(rule: AlertRule): ListedAlertRule;
  /** Names of the rules and channels that these users and keys saved last. */
  madeBy(makerIds: readonly string[]): { rules: string[]; channels: string[] };
}

export function createMakers(
  rules: Pick<RuleStore, "list" | "makerOf">,
  channels: Pick<ChannelStore, "list">,
  rights: MakerRights,
): Makers {
  const may = (ruleId: string, allows: (maker: MakerId) => boolean): boolean => {
    const maker = rules.makerOf(ruleId);
    return maker === null || (maker !== undefined && allows(maker));
  };
  const shown: Makers["shown"] = (made) => ({
    ...made,
    maker: made.maker && { ...made.maker, gone: !rights.isThere(made.maker) },
  });
  const listed: Makers["listed"] = (rule) => {
    const maker = rules.makerOf(rule.id) ?? null;
    const held = rule.condition.kind === "container-log" && maker !== null && !rights.mayReadLogs(maker);
    return shown({ ...rule, maker, held });
  };
  return {
    mayHeal: (ruleId, containerName) => may(ruleId, (maker) => rights.mayRestart(maker, containerName)),
    maySend: ({ condition, ruleId, subject }) =>
      condition !== "container-log" || may(ruleId, (maker) => rights.mayReadLogs(maker, subject.name)),
    shown,
    listed,
    madeBy(makerIds) {
      const isTheirs = ({ maker }: { maker: MakerId | null }) => maker !== null && makerIds.includes(maker.id);
      return {
        rules: rules.list().flatMap((rule) => (isTheirs({ maker: rules.makerOf(rule.id) ?? null }) ? [rule.name] : [])),
        channels: channels.list().flatMap((channel) => (isTheirs(channel) ? [channel.name] : [])),
      };
    },
  };
}
