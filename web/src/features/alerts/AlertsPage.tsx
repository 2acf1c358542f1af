import { Show } from "solid-js";
import { api } from "../../lib/api.ts";
import { queryKeys, useAlerts } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { useQuery } from "../../lib/use-query.ts";
import { Page } from "../../ui/Page.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import "./alerts.css";
import { ChannelsTab } from "./ChannelsTab.tsx";
import { HistoryTab } from "./HistoryTab.tsx";
import { NowTab } from "./NowTab.tsx";
import { RulesTab } from "./RulesTab.tsx";

export const useRules = () =>
  useQuery(() => ({ queryKey: [...queryKeys.alerts, "rules"], queryFn: () => api.alerts.rules() }));
export const useChannels = () =>
  useQuery(() => ({
    queryKey: [...queryKeys.alerts, "channels"],
    queryFn: () => api.alerts.channels(),
    enabled: session.may("alerts:manage"),
  }));

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
