import { A } from "@solidjs/router";
import CloudDownload from "lucide-solid/icons/cloud-download";
import Ellipsis from "lucide-solid/icons/ellipsis";
import Play from "lucide-solid/icons/play";
import Power from "lucide-solid/icons/power";
import RotateCw from "lucide-solid/icons/rotate-cw";
import ScrollText from "lucide-solid/icons/scroll-text";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import { Button, buttonClass, Menu, type MenuEntry } from "../../ui/index.ts";
import { CONTAINERS_MAX } from "../logs/log-address.ts";
import { stackActionLabels as labels, stackMenuMessages, stackMessages } from "./messages.ts";
import { canStart } from "./stack-state.ts";

export type StackDialog = "up" | "down" | "remove";

export interface StackToolbarProps {
  stack: StackDetail | undefined;
  mayAct: boolean;
  /** A job about the stack is running. */
  busy: boolean;
  onAct: (verb: "start" | "stop" | "restart" | "pull") => void;
  onAsk: (dialog: StackDialog) => void;
}

/** The link to the logs of a stack, and its actions. */
export function StackToolbar(props: StackToolbarProps) {
  const containers = () => props.stack?.services.flatMap((service) => service.containers) ?? [];
  return (
    <>
      <Show when={containers().length > 0}>
        <A class={buttonClass()} href={`/logs${logsOf(containers().map(({ name }) => name))}`}>
          <ScrollText size={14} />
          {stackMessages.logs}
        </A>
      </Show>
      <Show when={props.mayAct && props.stack}>{(stack) => <Actions {...props} stack={stack()} />}</Show>
    </>
  );
}

/** Query of the log page for the merged log of containers. */
const logsOf = (names: readonly string[]): string =>
  `?${new URLSearchParams(names.slice(0, CONTAINERS_MAX).map((name) => ["c", name]))}`;

function Actions(props: StackToolbarProps & { stack: StackDetail }) {
  const isEditable = () => props.stack.lock === null;
  return (
    <>
      <Show when={canStart(props.stack)}>
        <Button icon={<Play size={14} />} disabled={props.busy} onClick={() => props.onAct("start")}>
          {labels.start}
        </Button>
      </Show>
      <Show when={props.stack.running > 0}>
        <Button icon={<RotateCw size={14} />} disabled={props.busy} onClick={() => props.onAct("restart")}>
          {labels.restart}
        </Button>
        <Button icon={<Square size={13} />} disabled={props.busy} onClick={() => props.onAct("stop")}>
          {labels.stop}
        </Button>
      </Show>
      <Show when={isEditable()}>
        <Button variant="primary" icon={<Play size={14} />} disabled={props.busy} onClick={() => props.onAsk("up")}>
          {labels.up}
        </Button>
      </Show>
      <Menu
        label={stackMenuMessages.more}
        icon
        trigger={<Ellipsis size={16} />}
        variant="secondary"
        items={menuItems(props, isEditable())}
      />
    </>
  );
}

function menuItems({ stack, busy, onAct, onAsk }: StackToolbarProps & { stack: StackDetail }, isEditable: boolean) {
  const items: MenuEntry[] = [
    {
      label: labels.pull ?? "",
      icon: <CloudDownload size={14} />,
      onSelect: () => onAct("pull"),
      disabled: busy || !isEditable,
    },
    {
      label: stackMenuMessages.down,
      icon: <Power size={14} />,
      onSelect: () => onAsk("down"),
      disabled: busy || stack.total === 0 || stack.lock === "outside" || stack.lock === "name",
    },
  ];
  if (stack.own && isEditable) {
    items.push("separator", {
      label: stackMenuMessages.delete,
      icon: <Trash size={14} />,
      onSelect: () => onAsk("remove"),
      danger: true,
      disabled: busy || stack.state === "unknown",
    });
  }
  return items;
}
