import { Show } from "solid-js";
import type { AlertSubjectKind } from "../../../../shared/protocol/alert-kinds.ts";
import { useAlerts } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge } from "../../ui/Badge.tsx";

/** A mark beside the name of what an alert is about, and nothing where there is none. */
export function AlertBadge(props: { kind: AlertSubjectKind; name: string }) {
  const alerts = useAlerts();
  const firing = () =>
    (alerts.isSuccess ? alerts.data : []).filter(
      ({ subject, phase }) => phase === "firing" && subject.kind === props.kind && subject.name === props.name,
    );
  return (
    <Show when={firing()[0]}>
      {(first) => (
        <Badge
          tone={first().severity === "critical" ? "bad" : first().severity === "warning" ? "warn" : "info"}
          title={firing()
            .map(({ ruleName, detail }) => visibleName(`${ruleName}: ${detail}`))
            .join("\n")}
        >
          {firing().length > 1 ? `${firing().length} alerts` : "alert"}
        </Badge>
      )}
    </Show>
  );
}
