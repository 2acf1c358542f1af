import { type Accessor, For, type JSX, Show } from "solid-js";
import type { ListSettingName, NumberSettingName } from "../../../../shared/protocol/setting-limits.ts";
import type { EnvironmentWay, ListSetting, NumberSetting } from "../../../../shared/protocol/settings.ts";
import type { api } from "../../lib/api.ts";
import { useSettings } from "../../lib/settings-queries.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Card, Page, Tabs } from "../../ui/index.ts";
import { AboutCard } from "./AboutCard.tsx";
import { ChannelRow } from "./ChannelRow.tsx";
import { EnvironmentCard } from "./EnvironmentCard.tsx";
import { ListCard } from "./ListCard.tsx";
import { settingsMessages as texts } from "./messages.ts";
import { NumberRow } from "./NumberRow.tsx";
import "./settings.css";

type Settings = Awaited<ReturnType<typeof api.settings.list>>;
export type SectionName = keyof typeof texts.section;

const sectionNames = Object.keys(texts.section) as SectionName[];
export const isSectionName = (name: string | undefined): name is SectionName =>
  sectionNames.some((known) => known === name);

export interface SettingsViewProps {
  section: SectionName;
  onSection: (name: string) => void;
}

/** What administrators change while the server runs, what only its environment sets, and the releases that run. */
export function SettingsView(props: SettingsViewProps) {
  const query = useSettings();
  const withSettings = (content: (settings: Accessor<Settings>) => JSX.Element) => () => (
    <div class="settings-section">
      <QueryView query={query}>{content}</QueryView>
    </div>
  );
  const tabs = [
    { id: "storage", content: withSettings((settings) => <Numbers names={storage} settings={settings()} />) },
    { id: "monitoring", content: withSettings((settings) => <Numbers names={monitoring} settings={settings()} />) },
    {
      id: "mcp",
      content: withSettings((settings) => (
        <>
          <List name="MCP_ALLOWED_COMMANDS" settings={settings()} />
          <List name="MCP_ALLOWED_HOSTS" settings={settings()} />
        </>
      )),
    },
    {
      id: "alerts",
      content: withSettings((settings) => (
        <>
          <Card>
            <ChannelRow />
          </Card>
          <List name="ALERT_ALLOWED_HOSTS" settings={settings()} />
        </>
      )),
    },
    {
      id: "server",
      content: withSettings((settings) => <EnvironmentCard variables={settings().environment} way={settings().way} />),
    },
    { id: "about", content: withSettings((settings) => <AboutCard way={settings().way} />) },
  ] satisfies { id: SectionName; content: () => JSX.Element }[];

  return (
    <Page title={texts.title}>
      <Tabs
        label={texts.sections}
        tabs={tabs.map((tab) => ({ ...tab, label: texts.section[tab.id] }))}
        value={props.section}
        onChange={props.onSection}
      />
    </Page>
  );
}

const storage: NumberSettingName[] = [
  "LOG_STORE_MAX_BYTES",
  "LOG_STORE_MAX_DAYS",
  "STATS_HISTORY_DAYS",
  "ACTIVITY_MAX_BYTES",
  "ACTIVITY_MAX_DAYS",
  "AUDIT_KEEP_DAYS",
];
const monitoring: NumberSettingName[] = ["STATS_INTERVAL", "UPDATE_CHECK_HOURS"];

const findNumber = ({ settings }: Settings, name: NumberSettingName): NumberSetting | undefined =>
  settings.find((setting): setting is NumberSetting => setting.name === name);
const findList = ({ settings }: Settings, name: ListSettingName): ListSetting | undefined =>
  settings.find((setting): setting is ListSetting => setting.name === name);

function Numbers(props: { names: readonly NumberSettingName[]; settings: Settings }) {
  const row = (name: NumberSettingName, way: EnvironmentWay) => (
    <Show when={findNumber(props.settings, name)}>{(setting) => <NumberRow setting={setting()} way={way} />}</Show>
  );
  return (
    <Card>
      <div class="settings-rows">
        <For each={props.names}>{(name) => row(name, props.settings.way)}</For>
      </div>
    </Card>
  );
}

function List(props: { name: ListSettingName; settings: Settings }) {
  return <Show when={findList(props.settings, props.name)}>{(setting) => <ListCard setting={setting()} />}</Show>;
}
