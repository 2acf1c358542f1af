import { Show } from "solid-js";
import type { AlertSubjectKind } from "../../../../shared/protocol/alert-kinds.ts";
import { useAlerts } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge } from "../../ui/Badge.tsx";
import { severityDisplay } from "./alert-labels.ts";
import { alertMessages } from "./messages.ts";

/** A badge beside the name of a subject while alerts fire for it; otherwise nothing. */
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
          tone={severityDisplay[first().severity].tone}
          title={firing()
            .map(({ ruleName, detail }) => visibleName(`${ruleName}: ${detail}`))
            .join("\n")}
        >
          {alertMessages.badge(firing().length)}
        </Badge>
      )}
    </Show>
  );
}
