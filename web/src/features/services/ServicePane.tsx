import type { Service } from "../../../../shared/protocol/service.ts";
import { StatusDot, Tabs } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { ServiceLogs } from "../logs/ServiceLogs.tsx";
import { visibleName } from "../logs/terminal-text.ts";
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
        tabs={[
          { id: "logs", label: "Logs", content: () => <ServiceLogs name={props.service.name} /> },
          { id: "stats", label: "Stats", content: () => <ServiceStatsTab service={props.service} /> },
          { id: "details", label: "Details", content: () => <ServiceDetailsTab service={props.service} /> },
          { id: "processes", label: "Processes", content: () => <ServiceProcessesTab service={props.service} /> },
          { id: "inspect", label: "Inspect", content: () => <ServiceInspectTab service={props.service} /> },
        ]}
      />
    </>
  );
}
