import { Show } from "solid-js";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { useAlerts } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createAddressTab } from "../../resource/address-value.ts";
import { Page } from "../../ui/Page.tsx";
import { type Tab, Tabs } from "../../ui/Tabs.tsx";
import "./alerts.css";
import { ChannelsTab } from "./channels/ChannelsTab.tsx";
import { HistoryTab } from "./HistoryTab.tsx";
import { alertLabels } from "./messages.ts";
import { NowTab } from "./NowTab.tsx";
import { RulesTab } from "./rules/RulesTab.tsx";

/** Current alerts, history, rules and channels. */
export default function AlertsPage() {
  const session = useSession();
  const alerts = useAlerts();
  const firing = () => (alerts.isSuccess ? alerts.data.filter(({ phase }) => phase === "firing").length : 0);
  /** Rules and channels concern the whole host: users with a limited scope do not see them. */
  const canSeeAll = () => {
    const limits = session.principal()?.limits;
    return limits?.services === null && limits.deployments === null;
  };
  const tabs = () => {
    const shown: Tab[] = [
      { id: "now", label: alertLabels.now, content: () => <NowTab /> },
      { id: "history", label: alertLabels.history, content: () => <HistoryTab /> },
    ];
    if (canSeeAll()) shown.push({ id: "rules", label: alertLabels.rules, content: () => <RulesTab /> });
    if (canSeeAll() && session.may("alerts:manage")) {
      shown.push({ id: "channels", label: alertLabels.channels, content: () => <ChannelsTab /> });
    }
    return shown;
  };
  const [tab, setTab] = createAddressTab(() => tabs().map(({ id }) => id), "now");
  createTitle(() => {
    const label = tabs().find(({ id }) => id === tab())?.label;
    return tab() === "now" ? undefined : joinTitle(label, alertLabels.alerts);
  });
  return (
    <Page title={alertLabels.alerts} note={<Show when={firing() > 0}>{firing()} firing</Show>}>
      <Tabs label={alertLabels.alerts} tabs={tabs()} value={tab()} onChange={setTab} />
    </Page>
  );
}
