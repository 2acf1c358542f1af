import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { useNow } from "../../../lib/now.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { StatusDot } from "../../../ui/Badge.tsx";
import { Button, buttonClass } from "../../../ui/Button.tsx";
import { attentionMessages as texts } from "../messages.ts";
import type { Concern } from "./concern.ts";
import type { ConcernActions, Offer } from "./concern-actions.ts";

/** One line of what needs attention: its cause, its last words, and what can be done about it. */
export function ConcernRow(props: { concern: Concern; actions: ConcernActions; onNavigate: (href: string) => void }) {
  const now = useNow();
  const name = () => visibleName(props.concern.what);
  const openText = () => (props.concern.target?.kind === "container" ? texts.log : texts.open);
  const acknowledgedBy = () => props.concern.alerts.find(({ acknowledgedBy }) => acknowledgedBy !== null);
  const acknowledge = () => props.actions.acknowledge(props.concern);
  const restart = () => props.actions.restart(props.concern);
  return (
    <li class="concern" data-list-row="" data-tone={props.concern.tone}>
      <StatusDot tone={props.concern.tone} />
      <div class="concern-text">
        <div class="concern-head">
          <Show when={props.concern.href} fallback={<b class="concern-name">{name()}</b>}>
            {(href) => (
              <A class="concern-name" href={href()}>
                {name()}
              </A>
            )}
          </Show>
          <span class="concern-why">{visibleName(props.concern.why)}</span>
          <Show when={props.concern.alerts.length > 0}>
            <span class="concern-alerts">
              {props.concern.alerts.map(({ ruleName }) => visibleName(ruleName)).join(", ")}
              <Show when={acknowledgedBy()?.acknowledgedBy}>
                {(by) => <> · {texts.acknowledged(visibleName(by()))}</>}
              </Show>
            </span>
          </Show>
        </div>
        <For each={props.concern.details}>{(detail) => <code class="concern-detail">{visibleName(detail)}</code>}</For>
        <Show when={props.concern.line}>
          {(line) => (
            <div class="concern-line">
              <span class="faint">{line().isError ? texts.lastError : texts.lastLine}</span>
              <code title={visibleName(line().text)}>{visibleName(line().text)}</code>
              <Show when={line().time}>
                {(time) => (
                  <time class="faint" dateTime={time()} title={formatDateTime(time())}>
                    {formatAgo(time(), now())}
                  </time>
                )}
              </Show>
            </div>
          )}
        </Show>
      </div>
      <div class="concern-actions">
        <Show when={props.concern.href}>
          {(href) => (
            <A class={buttonClass("secondary", "sm")} href={href()} aria-label={`${openText()} ${name()}`}>
              {openText()}
            </A>
          )}
        </Show>
        <OfferButton offer={restart()} name={name()} />
        <OfferButton offer={acknowledge()} name={name()} title={texts.acknowledgeHint} />
      </div>
    </li>
  );
}

function OfferButton(props: { offer: Offer | undefined; name: string; title?: string }) {
  return (
    <Show when={props.offer}>
      {(offer) => (
        <Button
          size="sm"
          busy={offer().isPending}
          title={props.title}
          aria-label={`${offer().verb} ${props.name}`}
          onClick={() => void offer().run()}
        >
          {offer().verb}
        </Button>
      )}
    </Show>
  );
}
