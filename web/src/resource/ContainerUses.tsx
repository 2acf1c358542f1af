import { A } from "@solidjs/router";
import { Show } from "solid-js";
import type { ContainerUse } from "../../../shared/protocol/image.ts";
import { containerHref } from "../lib/addresses.ts";
import { visibleName } from "../lib/terminal-text.ts";
import { Status, StatusDot } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";
import { TextList } from "./TextList.tsx";
import "./resource.css";

/** The containers that use a resource, for a table cell: the name of a single one, or their number. */
export function ContainerUseCount(props: { uses: readonly ContainerUse[] }) {
  const isRunning = () => props.uses.some(({ running }) => running);
  const names = () => props.uses.map(({ name }) => visibleName(name)).join(", ");
  return (
    <Show when={props.uses.length > 0} fallback={<span class="faint">{resourceMessages.unused}</span>}>
      <span class="row container-uses" title={names()}>
        <StatusDot tone={isRunning() ? "ok" : "neutral"} />
        <span class="truncate">
          {props.uses.length === 1 ? names() : resourceMessages.containers(props.uses.length)}
        </span>
      </span>
    </Show>
  );
}

/** The containers that use a resource, each with a link to its page. */
export function ContainerUseList(props: { uses: readonly ContainerUse[]; none: string }) {
  return (
    <TextList items={props.uses} none={props.none}>
      {(use) => <ContainerLink use={use} />}
    </TextList>
  );
}

/** State of a container, and a link to its page. */
export function ContainerLink(props: { use: ContainerUse }) {
  return (
    <Status tone={props.use.running ? "ok" : "neutral"}>
      <A href={containerHref(props.use.name)}>{visibleName(props.use.name)}</A>
      <span class="visually-hidden">{props.use.running ? "running" : "stopped"}</span>
    </Status>
  );
}
