import { createSignal } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { session } from "../../lib/session.ts";
import { StatusDot, Tabs } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { ServiceLogs } from "../logs/ServiceLogs.tsx";
import { visibleName } from "../logs/terminal-text.ts";
import { ShellTab } from "../terminal/ShellTab.tsx";
import { ServiceActions } from "./ServiceActions.tsx";
import { ServiceDetailsTab } from "./ServiceDetailsTab.tsx";
import { ServiceInspectTab } from "./ServiceInspectTab.tsx";
import { ServiceProcessesTab } from "./ServiceProcessesTab.tsx";
import { ServiceStatsTab } from "./ServiceStatsTab.tsx";
import type { ServiceDeeds } from "./service-deeds.ts";
import { imageText } from "./service-list.ts";
import { lookOf } from "./service-state.ts";

export interface ServicePaneProps {
  service: Service;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  onClose: () => void;
}

/** One container: its log, its figures, its settings. */
export function ServicePane(props: ServicePaneProps) {
  const look = () => lookOf(props.service);
  const [chosen, setTab] = createSignal(new URLSearchParams(location.search).get("tab") ?? "logs");
  const known = () => [
    "logs",
    "stats",
    "details",
    "processes",
    "inspect",
    ...(session.may("services:shell") ? ["shell"] : []),
  ];
  const tab = () => (known().includes(chosen()) ? chosen() : "logs");
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
            <span class="truncate">{visibleName(props.service.name)}</span>
          </>
        }
        note={`${visibleName(imageText(props.service.image))} · ${props.service.status}`}
        actions={<ServiceActions service={props.service} deeds={props.deeds} onRemove={props.onRemove} size="md" />}
        onClose={props.onClose}
      />
      <Tabs
        label={`Parts of ${props.service.name}`}
        value={tab()}
        onChange={choose}
        tabs={[
          { id: "logs", label: "Logs", content: () => <ServiceLogs name={props.service.name} /> },
          { id: "stats", label: "Stats", content: () => <ServiceStatsTab service={props.service} /> },
          ...(session.may("services:shell")
            ? [{ id: "shell", label: "Shell", content: () => <ShellTab service={props.service} /> }]
            : []),
          { id: "details", label: "Details", content: () => <ServiceDetailsTab service={props.service} /> },
          { id: "processes", label: "Processes", content: () => <ServiceProcessesTab service={props.service} /> },
          { id: "inspect", label: "Inspect", content: () => <ServiceInspectTab service={props.service} /> },
        ]}
      />
    </>
  );
}
