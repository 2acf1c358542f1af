import { Show } from "solid-js";
import { useAlerts } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { Page } from "../../ui/Page.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import "./alerts.css";
import { ChannelsTab } from "./ChannelsTab.tsx";
import { HistoryTab } from "./HistoryTab.tsx";
import { NowTab } from "./NowTab.tsx";
import { RulesTab } from "./RulesTab.tsx";

/** What is wrong now, what was, what is watched for, and where it is told. */
export default function AlertsPage() {
  const alerts = useAlerts();
  const firing = () => (alerts.isSuccess ? alerts.data.filter(({ phase }) => phase === "firing").length : 0);
  /** Rules and channels are about everything: who is limited has nothing to see there. */
  const seesAll = () => {
    const limits = session.principal()?.limits;
    return limits?.services === null && limits.deployments === null;
  };
  const tabs = () => [
    { id: "now", label: "Now", content: () => <NowTab /> },
    { id: "history", label: "History", content: () => <HistoryTab /> },
    ...(seesAll() ? [{ id: "rules", label: "Rules", content: () => <RulesTab /> }] : []),
    ...(seesAll() && session.may("alerts:manage")
      ? [{ id: "channels", label: "Channels", content: () => <ChannelsTab /> }]
      : []),
  ];
  return (
    <Page title="Alerts" note={<Show when={firing() > 0}>{firing()} firing</Show>}>
      <Tabs label="Alerts" tabs={tabs()} />
    </Page>
  );
}
