import { visibleName } from "../../lib/terminal-text.ts";
import { ActivityRows } from "./ActivityRows.tsx";
import { activityHref } from "./activity-address.ts";
import { createActivityList } from "./activity-list.ts";
import { activityMessages as texts } from "./messages.ts";

/** What was done to one container, process or stack; an action opens on the page of all activity. */
export function TargetActivity(props: { kind: "service" | "deployment" | "stack"; target: string }) {
  const filter = () => ({ kind: props.kind, target: props.target });
  const list = createActivityList(filter);
  return (
    <section class="activity" aria-label={texts.of(visibleName(props.target))}>
      <ActivityRows
        list={list}
        selected={null}
        hrefOf={(id) => activityHref(filter(), id)}
        onRetry={() => list.load(filter())}
        empty={{ title: texts.noneYet, hint: texts.noneYetHint }}
      />
    </section>
  );
}

/** The tab of a target with what was done to it. */
export const activityTab = (kind: "service" | "deployment" | "stack", target: () => string) => ({
  id: "activity",
  label: texts.title,
  content: () => <TargetActivity kind={kind} target={target()} />,
});
