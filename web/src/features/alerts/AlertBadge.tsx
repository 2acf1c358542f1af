import { createMemo, Show } from "solid-js";
import { type AlertSubjectKind, severities } from "../../../../shared/protocol/alert-kinds.ts";
import { useAlerts } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge } from "../../ui/Badge.tsx";
import { severityDisplay } from "./alert-labels.ts";

/** The rule whose alert fires for a subject, the most severe one first, and the number of the others; otherwise nothing. */
export function AlertBadge(props: { kind: AlertSubjectKind; name: string }) {
  const alerts = useAlerts();
  const firing = createMemo(() =>
    (alerts.isSuccess ? alerts.data : [])
      .filter(({ subject, phase }) => phase === "firing" && subject.kind === props.kind && subject.name === props.name)
      .toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity)),
  );
  return (
    <Show when={firing()[0]}>
      {(first) => (
        <Badge
          tone={severityDisplay[first().severity].tone}
          title={firing()
            .map(({ ruleName, detail }) => visibleName(`${ruleName}: ${detail}`))
            .join("\n")}
        >
          <span class="truncate">{visibleName(first().ruleName)}</span>
          <Show when={firing().length > 1}>
            <span>+{firing().length - 1}</span>
          </Show>
        </Badge>
      )}
    </Show>
  );
}
