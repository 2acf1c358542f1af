import { Show } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import { formatAgo } from "../../lib/format.ts";
import { Badge, Status } from "../../ui/index.ts";
import { stackMessages } from "./messages.ts";
import { countsOf, statusDisplay } from "./stack-state.ts";

/** State of a stack in one line: containers, the last deployment, and changes since. */
export function StackSummary(props: { stack: StackDetail }) {
  const display = () => statusDisplay(props.stack);
  return (
    <span class="row row-wrap">
      <Status tone={display().tone}>{display().text}</Status>
      <Show when={countsOf(props.stack)}>
        {(counts) => <span>{stackMessages.runningOf(counts().running, counts().expected)}</span>}
      </Show>
      <Show when={props.stack.finished > 0}>
        <span>{stackMessages.finished(props.stack.finished)}</span>
      </Show>
      <Show when={props.stack.missing > 0}>
        <Badge tone="warn" title={stackMessages.missingHint}>
          {stackMessages.missing(props.stack.missing)}
        </Badge>
      </Show>
      <Show when={props.stack.appliedAt}>{(at) => <span>{stackMessages.deployed(formatAgo(at()))}</span>}</Show>
      <Show when={props.stack.changed}>
        <Badge tone="warn" title={stackMessages.changedHint}>
          {stackMessages.changed}
        </Badge>
      </Show>
    </span>
  );
}
