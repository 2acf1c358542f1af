import type { JSX } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { formatDateTime } from "../../lib/format.ts";
import { Facts } from "../../ui/Card.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Outcome } from "./AuditRow.tsx";

export function AuditDetail(props: { entry: AuditEntry; onClose: () => void }) {
  const rows = (): (readonly [string, JSX.Element])[] => [
    ["Time", formatDateTime(props.entry.at)],
    ["Who", `${props.entry.actor.name || "–"} (${props.entry.actor.kind})`],
    ["What", <code>{props.entry.action}</code>],
    ["Target", props.entry.target || "–"],
    ["Outcome", <Outcome outcome={props.entry.outcome} />],
    ["Status", props.entry.status ?? "–"],
    ["Address", <code>{props.entry.address || "–"}</code>],
    ["Request", <code>{props.entry.requestId || "–"}</code>],
    ...(props.entry.detail ? [["Detail", props.entry.detail] as const] : []),
  ];
  return (
    <Dialog open onClose={props.onClose} title={`Entry ${props.entry.sequence}`}>
      <Facts rows={rows()} />
    </Dialog>
  );
}
