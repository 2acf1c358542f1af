import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { useNow } from "../../lib/now.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Callout, StatusDot, type Tab, Tabs } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { UpstreamDetail } from "../../ui/UpstreamDetail.tsx";
import { ServiceLogs } from "../logs/ServiceLogs.tsx";
import { ShellTab } from "../terminal/ShellTab.tsx";
import { ServiceActions } from "./ServiceActions.tsx";
import { ServiceDetailsTab } from "./ServiceDetailsTab.tsx";
import { ServiceInspectTab } from "./ServiceInspectTab.tsx";
import { ServiceProcessesTab } from "./ServiceProcessesTab.tsx";
import { ServiceStatsTab } from "./ServiceStatsTab.tsx";
import type { ServiceDeeds } from "./service-actions.ts";
import { imageText } from "./service-list.ts";
import { lookOf, statusText } from "./service-state.ts";

export interface ServicePaneProps {
  name: string;
  /** Undefined while there is none of that name. */
  service: Service | undefined;
  /** Said meanwhile. */
  absence: JSX.Element;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  onClose: () => void;
}

/** One container: its log, its figures, its settings. */
export function ServicePane(props: ServicePaneProps) {
  const present = createMemo(() => props.service !== undefined);
  /** For the parts that are shown of one that is there; they may be asked once more while they go. */
  const last = createMemo<Service | undefined>((before) => props.service ?? before);
  const service = () => last() as Service;
  const now = useNow();
  const look = () =>
    props.service ? lookOf(props.service, now()) : { tone: "neutral" as const, pulse: false, text: "Gone" };
  const [chosen, setTab] = createSignal(new URLSearchParams(location.search).get("tab") ?? "logs");
  const tabs = createMemo((): Tab[] => [
    { id: "logs", label: "Logs", content: () => <ServiceLogs name={props.name} /> },
    ...(present() ? partsOf(service) : []),
  ]);
  const tab = () => (tabs().some(({ id }) => id === chosen()) ? chosen() : "logs");
  /** In the address, so that a reload comes back to it. */
  const choose = (id: string) => {
    setTab(id);
    const url = new URL(location.href);
    if (id === "logs") url.searchParams.delete("tab");
    else url.searchParams.set("tab", id);
    history.replaceState(history.state, "", url);
  };
  return (
    <>
      <DetailHead
        title={
          <>
            <StatusDot tone={look().tone} pulse={look().pulse} label={look().text} />
            <span class="truncate">{visibleName(props.name)}</span>
          </>
        }
        note={props.service && `${visibleName(imageText(props.service.image))} · ${statusText(props.service, now())}`}
        actions={
          <Show when={present()}>
            <ServiceActions service={service()} deeds={props.deeds} onRemove={props.onRemove} size="md" />
          </Show>
        }
        onClose={props.onClose}
      />
      <Show when={!present()}>
        <div class="service-absence">
          <Callout tone="warn" icon={<Unplug size={15} />}>
            {props.absence}
          </Callout>
        </div>
      </Show>
      <Show when={present() && service().lastRun?.startFailed}>
        <div class="service-absence">
          <Callout tone="bad" icon={<TriangleAlert size={15} />}>
            Docker could not start this container.
            <UpstreamDetail text={service().lastRun?.error} />
          </Callout>
        </div>
      </Show>
      <Tabs label={`Parts of ${props.name}`} value={tab()} onChange={choose} tabs={tabs()} />
    </>
  );
}

const partsOf = (service: () => Service): Tab[] => [
  { id: "stats", label: "Stats", content: () => <ServiceStatsTab service={service()} /> },
  ...(session.may("services:shell")
    ? [{ id: "shell", label: "Shell", content: () => <ShellTab service={service()} /> }]
    : []),
  { id: "details", label: "Details", content: () => <ServiceDetailsTab service={service()} /> },
  { id: "processes", label: "Processes", content: () => <ServiceProcessesTab service={service()} /> },
  { id: "inspect", label: "Inspect", content: () => <ServiceInspectTab service={service()} /> },
];
