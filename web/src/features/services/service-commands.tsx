import Container from "lucide-solid/icons/container";
import { createMemo } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { containerHref } from "../../lib/addresses.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandAction, CommandContext, CommandSource } from "../../shell/commands.ts";
import { togetherLog } from "../logs/log-together.ts";
import { createServiceActions, type ServiceActions } from "./actions/service-actions.ts";
import { commandMessages as texts } from "./messages.ts";
import { actionLabels, isUp } from "./service-state.ts";

const RemoveServiceDialog = lazy(async () => ({
  default: (await import("./actions/RemoveServiceDialog.tsx")).RemoveServiceDialog,
}));
const RenameServiceDialog = lazy(async () => ({
  default: (await import("./actions/RenameServiceDialog.tsx")).RenameServiceDialog,
}));
const LimitsDialog = lazy(async () => ({ default: (await import("./actions/LimitsDialog.tsx")).LimitsDialog }));
const SignalDialog = lazy(async () => ({ default: (await import("./actions/SignalDialog.tsx")).SignalDialog }));

/** Containers, and what can be done with each. */
export const createServiceCommands: CommandSource = (context) => {
  const session = useSession();
  const actions = createServiceActions();
  const services = useCachedList(queryKeys.services, ({ signal }) => api.services.list(signal));
  return createMemo(() =>
    (services.data?.services ?? []).map((service) => ({
      id: `container:${service.name}`,
      label: visibleName(service.name),
      group: texts.group,
      words: `${service.image} ${service.composeProject ?? ""}`,
      icon: Container,
      run: () => context.open(containerHref(service.name)),
      actions: [
        {
          verb: texts.log,
          run: () => context.open(containerHref(service.name)),
          together: togetherLog("container", service.name, context.open),
        },
        ...lifecycle(service, actions),
        ...(session.may("services:shell") && isUp(service.state)
          ? [{ verb: texts.shell, run: () => context.open(`${containerHref(service.name)}?tab=shell`) }]
          : []),
        { verb: texts.stats, run: () => context.open(`${containerHref(service.name)}?tab=stats`) },
        ...changes(service, actions, context),
      ],
    })),
  );
};

function lifecycle(service: Service, actions: ServiceActions): CommandAction[] {
  const act = (action: "start" | "stop" | "restart"): CommandAction => ({
    verb: actionLabels[action].verb,
    name: `service:${action}`,
    run: () => void actions.act(service, action),
  });
  if (!isUp(service.state)) return [act("start")];
  const isPaused = service.state === "paused";
  const pause: CommandAction = {
    verb: actionLabels[isPaused ? "unpause" : "pause"].verb,
    name: isPaused ? "service:unpause" : "service:pause",
    run: () => void (isPaused ? actions.unpause(service) : actions.pause(service)),
  };
  return [act("restart"), act("stop"), ...(isPaused || service.state === "running" ? [pause] : [])];
}

function changes(service: Service, actions: ServiceActions, { show }: CommandContext): CommandAction[] {
  const signal: CommandAction = {
    verb: texts.signal,
    name: "service:kill",
    run: () => show((onClose) => <SignalDialog service={service} actions={actions} onClose={onClose} />),
  };
  return [
    {
      verb: actionLabels.rename.verb,
      name: "service:rename",
      run: () => show((onClose) => <RenameServiceDialog service={service} actions={actions} onClose={onClose} />),
    },
    {
      verb: texts.limits,
      name: "service:update",
      run: () => show((onClose) => <LimitsDialog service={service} actions={actions} onClose={onClose} />),
    },
    ...(isUp(service.state) ? [signal] : []),
    {
      verb: actionLabels.recreate.verb,
      name: "service:recreate",
      run: () => void actions.askRecreate(service),
    },
    {
      verb: actionLabels.remove.verb,
      name: "service:remove",
      run: () =>
        show((onClose) => (
          <RemoveServiceDialog
            service={service}
            onClose={onClose}
            onRemove={(options) => {
              onClose();
              void actions.remove(service, options);
            }}
          />
        )),
    },
  ];
}
