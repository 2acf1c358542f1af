import Ellipsis from "lucide-solid/icons/ellipsis";
import { createSignal, Match, Switch } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { confirm, Menu, type MenuEntry } from "../../ui/index.ts";
import { LimitsDialog } from "./LimitsDialog.tsx";
import { RenameServiceDialog } from "./RenameServiceDialog.tsx";
import { SignalDialog } from "./SignalDialog.tsx";
import type { ServiceDeeds } from "./service-actions.ts";
import { isUp } from "./service-state.ts";

export interface ServiceMenuProps {
  service: Service;
  deeds: ServiceDeeds;
  size?: "sm" | "md";
}

/** What is done to a container less often than starting and stopping it. */
export function ServiceMenu(props: ServiceMenuProps) {
  const [dialog, setDialog] = createSignal<"signal" | "rename" | "limits" | null>(null);
  const close = () => setDialog(null);
  const up = () => isUp(props.service.state);
  const items = (): MenuEntry[] => [
    props.service.state === "paused"
      ? { label: "Go on", onSelect: () => void props.deeds.unpause(props.service) }
      : {
          label: "Pause",
          disabled: props.service.state !== "running",
          onSelect: () => void props.deeds.pause(props.service),
        },
    { label: "Send a signal…", disabled: !up(), onSelect: () => setDialog("signal") },
    "separator",
    ...(session.principal()?.limits.services === null
      ? [{ label: "Rename…", onSelect: () => setDialog("rename") } satisfies MenuEntry]
      : []),
    { label: "Limits and restarts…", onSelect: () => setDialog("limits") },
    { label: "Recreate…", onSelect: () => void recreate() },
  ];
  const recreate = async () => {
    const name = visibleName(props.service.name);
    const yes = await confirm({
      title: `Recreate ${name}?`,
      body: (
        <p>
          A new container is made with the same settings, volumes and networks. What was written inside the old one, and
          not into a volume, is lost. The old one comes back by itself when the new one does not run.
        </p>
      ),
      action: "Recreate",
    });
    if (yes) void props.deeds.recreate(props.service);
  };
  return (
    <>
      <Menu
        icon
        size={props.size ?? "sm"}
        label={`More for ${props.service.name}`}
        trigger={<Ellipsis size={15} />}
        items={items()}
      />
      <Switch>
        <Match when={dialog() === "signal"}>
          <SignalDialog service={props.service} deeds={props.deeds} onClose={close} />
        </Match>
        <Match when={dialog() === "rename"}>
          <RenameServiceDialog service={props.service} deeds={props.deeds} onClose={close} />
        </Match>
        <Match when={dialog() === "limits"}>
          <LimitsDialog service={props.service} deeds={props.deeds} onClose={close} />
        </Match>
      </Switch>
    </>
  );
}
