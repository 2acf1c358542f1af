import type { AuditEntry, AuditOutcome } from "../../../../shared/protocol/account.ts";
import { formatDateTime } from "../../lib/format.ts";
import { Status, type Tone } from "../../ui/Badge.tsx";

const tones: Record<AuditOutcome, { tone: Tone; text: string }> = {
  done: { tone: "ok", text: "done" },
  refused: { tone: "warn", text: "refused" },
  failed: { tone: "bad", text: "failed" },
  interrupted: { tone: "bad", text: "interrupted" },
  begun: { tone: "info", text: "not finished" },
};

export const Outcome = (props: { outcome: AuditOutcome }) => (
  <Status tone={tones[props.outcome].tone}>{tones[props.outcome].text}</Status>
);

export function AuditRow(props: { entry: AuditEntry; onOpen: () => void }) {
  return (
    <button type="button" class="audit-row" onClick={() => props.onOpen()}>
      <time class="faint num truncate" dateTime={props.entry.at}>
        {formatDateTime(props.entry.at)}
      </time>
      <b class="truncate">{props.entry.actor.name || props.entry.actor.kind}</b>
      <code class="truncate">{props.entry.action}</code>
      <span class="muted truncate">{props.entry.target}</span>
      <Outcome outcome={props.entry.outcome} />
    </button>
  );
}
