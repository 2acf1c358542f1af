import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { ContainerUse } from "../../../../shared/protocol/image.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Status, StatusDot } from "../../ui/index.ts";

/** Containers that use something, in a cell of a table. */
export function UseCount(props: { uses: readonly ContainerUse[] }) {
  const running = () => props.uses.filter((use) => use.running).length;
  const names = () => props.uses.map(({ name }) => visibleName(name)).join(", ");
  return (
    <Show when={props.uses.length > 0} fallback={<span class="faint">unused</span>}>
      <span class="row use-count" title={names()}>
        <StatusDot tone={running() > 0 ? "ok" : "neutral"} />
        <span class="truncate">
          {props.uses.length === 1 ? visibleName(props.uses[0]?.name ?? "") : `${props.uses.length} containers`}
        </span>
      </span>
    </Show>
  );
}

/** The same in full, each a way to its page. */
export function UseList(props: { uses: readonly ContainerUse[]; none: string }) {
  return (
    <Show when={props.uses.length > 0} fallback={<p class="faint">{props.none}</p>}>
      <ul class="detail-list">
        <For each={props.uses}>
          {(use) => (
            <li>
              <UseLink use={use} />
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

/** A container's state, and the way to its page. */
export function UseLink(props: { use: ContainerUse }) {
  return (
    <Status tone={props.use.running ? "ok" : "neutral"}>
      <A href={`/services/${encodeURIComponent(props.use.name)}`}>{visibleName(props.use.name)}</A>
      <span class="visually-hidden">{props.use.running ? "running" : "stopped"}</span>
    </Status>
  );
}
