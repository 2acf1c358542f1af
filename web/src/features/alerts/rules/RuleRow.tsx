import { Show } from "solid-js";
import type { ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Badge, Button } from "../../../ui/index.ts";
import { describeRule, describeSubjects, severityDisplay } from "../alert-labels.ts";
import { alertLabels, alertMessages } from "../messages.ts";

export interface RuleRowProps {
  rule: ListedAlertRule;
  /** Names of the rule's channels, joined. */
  channels: string;
  canManage: boolean;
  onEdit: () => void;
  onToggle: () => void;
  onRemove: () => void;
}

/** One rule of the list: what it watches, its state, and its buttons. */
export function RuleRow(props: RuleRowProps) {
  return (
    <li class="alert-row" data-list-row="" classList={{ "alert-off": !props.rule.enabled }}>
      <div class="alert-text">
        <div class="row alert-title">
          <b class="truncate">{visibleName(props.rule.name)}</b>
          <RuleBadges rule={props.rule} />
        </div>
        <div class="muted alert-detail">
          {describeRule(props.rule)} · {describeSubjects(props.rule)} · to{" "}
          {props.channels || alertMessages.rules.notifiesNobody}
          <Show when={props.rule.maker}>{(maker) => <>{alertMessages.madeBy(visibleName(maker().name))}</>}</Show>
        </div>
        <Show when={props.rule.held}>
          <div class="field-error">{alertMessages.rules.held}</div>
        </Show>
      </div>
      <Show when={props.canManage}>
        <div class="row alert-actions">
          <Button size="sm" aria-label={`Edit ${props.rule.name}`} onClick={() => props.onEdit()}>
            {alertLabels.edit}
          </Button>
          <Button
            size="sm"
            aria-label={`Turn ${props.rule.enabled ? "off" : "on"} ${props.rule.name}`}
            onClick={() => props.onToggle()}
          >
            {props.rule.enabled ? "Turn off" : "Turn on"}
          </Button>
          <Button size="sm" aria-label={`Remove ${props.rule.name}`} onClick={() => props.onRemove()}>
            {alertLabels.remove}
          </Button>
        </div>
      </Show>
    </li>
  );
}

function RuleBadges(props: { rule: ListedAlertRule }) {
  return (
    <>
      <Badge tone={severityDisplay[props.rule.severity].tone}>{severityDisplay[props.rule.severity].text}</Badge>
      <Show when={!props.rule.enabled}>
        <Badge>off</Badge>
      </Show>
      <Show when={props.rule.held}>
        <Badge tone="bad">held back</Badge>
      </Show>
      <Show when={props.rule.maker?.gone}>
        <Badge tone="warn">{alertMessages.madeByRemoved(props.rule.maker?.kind ?? "user")}</Badge>
      </Show>
      <Show when={props.rule.healing}>
        <Badge tone="info">restarts</Badge>
      </Show>
      <Show when={props.rule.quietHours}>
        {(quiet) => (
          <Badge>
            quiet {quiet().from}–{quiet().to}
          </Badge>
        )}
      </Show>
    </>
  );
}
