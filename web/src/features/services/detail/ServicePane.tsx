import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, type JSX, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useNow } from "../../../lib/now.ts";
import { createTitle } from "../../../lib/page-title.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createTimeView, type TimeView, TimeViewProvider } from "../../../lib/time-view.ts";
import { createAddressRange } from "../../../resource/address-range.ts";
import { createAddressTab } from "../../../resource/address-value.ts";
import { Callout, type Tab, Tabs } from "../../../ui/index.ts";
import { DetailHead, StatusTitle } from "../../../ui/MasterDetail.tsx";
import { UpstreamDetail } from "../../../ui/UpstreamDetail.tsx";
import { activityTab } from "../../activity/TargetActivity.tsx";
import { createTimeMarks } from "../../events/time-marks.ts";
import { TargetLogs } from "../../logs/TargetLogs.tsx";
import { ShellTab } from "../../terminal/ShellTab.tsx";
import { ServiceButtons } from "../actions/ServiceButtons.tsx";
import type { ServiceActions } from "../actions/service-actions.ts";
import { imageText } from "../list/service-list.ts";
import { paneTitle, serviceLabels, serviceMessages } from "../messages.ts";
import { statusDisplay, statusText } from "../service-state.ts";
import { ServiceDetailsTab } from "./ServiceDetailsTab.tsx";
import { ServiceInspectTab } from "./ServiceInspectTab.tsx";
import { ServiceProcessesTab } from "./ServiceProcessesTab.tsx";
import { ServiceStatsTab } from "./ServiceStatsTab.tsx";

export interface ServicePaneProps {
  name: string;
  /** Undefined while no container has that name. */
  service: Service | undefined;
  /** Notice while it has no container. */
  absence: JSX.Element;
  actions: ServiceActions;
  onRemove: (service: Service) => void;
  onClose: () => void;
}

/** One container: its log, metrics, shells and settings. */
export function ServicePane(props: ServicePaneProps) {
  const present = createMemo(() => props.service !== undefined);
  /** The last known container: parts of the page may read it once more while they are removed. */
  const last = createMemo<Service | undefined>((before) => props.service ?? before);
  const service = () => last() as Service;
  const { range, setRange } = createAddressRange();
  const found = createTimeMarks(range, () => ({ containers: [props.name] }));
  const time = createTimeView({ range, setRange, found });
  const now = useNow();
  const session = useSession();
  const display = () =>
    props.service
      ? statusDisplay(props.service, now())
      : { tone: "neutral" as const, pulse: false, text: serviceLabels.gone };
  const tabs = createMemo((): Tab[] => [
    {
      id: "logs",
      label: serviceLabels.logs,
      content: () => <TargetLogs name={props.name} containers={[props.name]} processes={[]} time={time} />,
    },
    ...(present() ? partsOf(service, time, session.may("services:shell")) : []),
    activityTab("service", () => props.name),
  ]);
  const [tab, setTab] = createAddressTab(() => tabs().map(({ id }) => id), "logs");
  createTitle(() => paneTitle(visibleName(props.name), tab()));
  return (
    <>
      <DetailHead
        title={<StatusTitle status={display()} name={visibleName(props.name)} />}
        note={props.service && `${visibleName(imageText(props.service.image))} · ${statusText(props.service, now())}`}
        actions={
          <Show when={present()}>
            <ServiceButtons service={service()} actions={props.actions} onRemove={props.onRemove} size="md" />
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
            {serviceMessages.startFailed}
            <UpstreamDetail text={service().lastRun?.error} />
          </Callout>
        </div>
      </Show>
      <TimeViewProvider value={time}>
        <Tabs label={`Parts of ${props.name}`} value={tab()} onChange={setTab} tabs={tabs()} />
      </TimeViewProvider>
    </>
  );
}

const partsOf = (service: () => Service, time: TimeView, hasShell: boolean): Tab[] => [
  { id: "stats", label: serviceLabels.stats, content: () => <ServiceStatsTab service={service()} time={time} /> },
  ...(hasShell ? [{ id: "shell", label: serviceLabels.shell, content: () => <ShellTab service={service()} /> }] : []),
  { id: "details", label: serviceLabels.details, content: () => <ServiceDetailsTab service={service()} /> },
  { id: "processes", label: serviceLabels.processes, content: () => <ServiceProcessesTab service={service()} /> },
  { id: "inspect", label: serviceLabels.inspect, content: () => <ServiceInspectTab service={service()} /> },
];
