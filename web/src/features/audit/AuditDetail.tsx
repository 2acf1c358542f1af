import type { JSX } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { formatDateTime } from "../../lib/format.ts";
import { Facts } from "../../ui/Card.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Outcome } from "./AuditRow.tsx";
import { auditMessages as texts } from "./messages.ts";

/** All fields of one entry. */
export function AuditDetail(props: { entry: AuditEntry; onClose: () => void }) {
  const rows = (): (readonly [string, JSX.Element])[] => [
    [texts.time, formatDateTime(props.entry.at)],
    [texts.actor, texts.actorOf(props.entry.actor.name, props.entry.actor.kind)],
    [texts.action, <code>{props.entry.action}</code>],
    [texts.target, props.entry.target || "–"],
    [texts.outcome, <Outcome outcome={props.entry.outcome} />],
    [texts.status, props.entry.status ?? "–"],
    [texts.address, <code>{props.entry.address || "–"}</code>],
    [texts.request, <code>{props.entry.requestId || "–"}</code>],
    ...(props.entry.detail ? [[texts.detail, props.entry.detail] as const] : []),
  ];
  return (
    <Dialog open onClose={props.onClose} title={texts.entry(props.entry.sequence)}>
      <Facts rows={rows()} />
    </Dialog>
  );
}
