import {
  type AlertEvent,
  type AlertMaker,
  type AlertRule,
  type AlertSubjectKind,
  conditionKinds,
  isLogCondition,
  type ListedAlertRule,
  logConditions,
} from "../../shared/protocol/alert.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { RuleMaker, RuleStore } from "./rule-store.ts";

/** The user or key that saved a rule last. */
export type MakerId = Pick<RuleMaker, "kind" | "id">;

export interface MakerRights {
  /** Whether the author of a rule may still restart a container. */
  mayRestart(maker: MakerId, containerName: string): boolean;
  /** Whether the author of a rule may still read the log of a container or process; without a name, of every one. */
  mayReadLogs(maker: MakerId, kind: AlertSubjectKind, name?: string): boolean;
  /** Whether the user or key still exists. */
  isThere(maker: MakerId): boolean;
}

/** Rights of rules and channels. A rule has the rights of its author; a rule of the panel itself has all. */
export interface Makers {
  mayAutoRestart(ruleId: string, containerName: string): boolean;
  /** False for a log line that the author of the rule may not read. */
  maySend(event: AlertEvent): boolean;
  /** Adds to a rule or channel whether its author still exists. */
  shown<T extends { maker: RuleMaker | null }>(made: T): Omit<T, "maker"> & { maker: AlertMaker | null };
  /** Adds to a rule its author, and whether its log lines are held back. */
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
    const { subject } = conditionKinds[rule.condition.kind];
    const held = isLogCondition(rule.condition) && maker !== null && !rights.mayReadLogs(maker, subject);
    return shown({ ...rule, maker, held });
  };
  return {
    mayAutoRestart: (ruleId, containerName) => may(ruleId, (maker) => rights.mayRestart(maker, containerName)),
    maySend: ({ condition, ruleId, subject }) =>
      !logConditions.includes(condition) ||
      may(ruleId, (maker) => rights.mayReadLogs(maker, subject.kind, subject.name)),
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
