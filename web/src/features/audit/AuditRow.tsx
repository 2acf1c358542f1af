import type { AuditEntry, AuditOutcome } from "../../../../shared/protocol/account.ts";
import { actorName } from "../../../../shared/protocol/action-labels.ts";
import { formatDateTime } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Status, type Tone } from "../../ui/Badge.tsx";
import { auditPhrase } from "./audit-phrase.ts";
import { outcomeLabels } from "./messages.ts";

const tones: Record<AuditOutcome, Tone> = {
  done: "ok",
  refused: "warn",
  failed: "bad",
  interrupted: "bad",
  begun: "info",
};

/** How an action ended. */
export const Outcome = (props: { outcome: AuditOutcome }) => (
  <Status tone={tones[props.outcome]}>{outcomeLabels[props.outcome]}</Status>
);

/** One entry of the trail, as a button that opens its details. */
export function AuditRow(props: { entry: AuditEntry; onOpen: () => void }) {
  return (
    <button type="button" class="audit-row" data-list-open="" onClick={() => props.onOpen()}>
      <time class="faint num truncate" dateTime={props.entry.at}>
        {formatDateTime(props.entry.at)}
      </time>
      <b class="truncate">{visibleName(actorName(props.entry.actor))}</b>
      <span class="truncate">{auditPhrase(props.entry)}</span>
      <Outcome outcome={props.entry.outcome} />
    </button>
  );
}
