import { type AlertRuleInput, isLogCondition, type ListedAlertRule } from "../../shared/protocol/alert.ts";
import type { LogWatcher } from "../logs/collect/watch.ts";
import type { Makers } from "./makers.ts";
import type { RuleMaker, RuleStore } from "./rule-store.ts";
import { specOf } from "./sources/logs.ts";

/** The rules of this server. A change takes effect before the call returns. */
export interface AlertRules {
  list(): ListedAlertRule[];
  /** @throws AppError `not_found`. */
  get(id: string): ListedAlertRule;
  /** @throws AppError `invalid_input` (pattern, channel), `conflict` (too many rules). */
  add(rule: AlertRuleInput, maker: RuleMaker): ListedAlertRule;
  /** Replaces a rule as a whole. @throws AppError `not_found`, `invalid_input`. */
  change(id: string, rule: AlertRuleInput, maker: RuleMaker): ListedAlertRule;
  /** @throws AppError `not_found`. */
  remove(id: string): void;
  /** Applies rules that other code changed in the database. */
  reload(): void;
}

export interface RuleServiceDeps {
  store: RuleStore;
  listed: Makers["listed"];
  logWatcher: LogWatcher | undefined;
  /** Hands the enabled rules to the engine and its sources. */
  applyRules(): void;
  /** Lets the rule restart containers again after it gave up. */
  retryRestarts(ruleId: string): void;
}

/** Joins the rule store with the engine that evaluates the rules. */
export function createAlertRules({
  store,
  listed,
  logWatcher,
  applyRules,
  retryRestarts,
}: RuleServiceDeps): AlertRules {
  /** @throws AppError `invalid_input` for a pattern that the log store cannot compile. */
  const checkPattern = (rule: AlertRuleInput) => {
    if (isLogCondition(rule.condition)) logWatcher?.watch(specOf(rule), () => {})();
  };
  return {
    list: () => store.list().map(listed),
    get: (id) => listed(store.get(id)),
    reload: applyRules,
    add(rule, maker) {
      checkPattern(rule);
      const added = store.add(rule, maker);
      applyRules();
      return listed(added);
    },
    change(id, rule, maker) {
      checkPattern(rule);
      const changed = store.change(id, rule, maker);
      retryRestarts(id);
      applyRules();
      return listed(changed);
    },
    remove(id) {
      store.remove(id);
      applyRules();
    },
  };
}
