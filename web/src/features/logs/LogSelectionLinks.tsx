import { A } from "@solidjs/router";
import Columns2 from "lucide-solid/icons/columns-2";
import ScrollText from "lucide-solid/icons/scroll-text";
import { Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { buttonClass } from "../../ui/index.ts";
import { CONTAINERS_MAX, type LogSelection, logsHref } from "./log-address.ts";
import { page as messages } from "./messages.ts";
import { processName } from "./process-sources.ts";

/** Links from selected rows to their logs: as one log in order of time, or side by side. */
export function LogSelectionLinks(props: LogSelection) {
  const count = () => (props.containers?.length ?? 0) + (props.processes?.length ?? 0);
  const several = () => count() > 1;
  return (
    <Show when={count() <= CONTAINERS_MAX} fallback={<span class="count">{messages.tooMany(CONTAINERS_MAX)}</span>}>
      <A class={buttonClass("secondary", "sm")} href={logsHref(props, "merged")}>
        <ScrollText size={13} /> {several() ? messages.merge : messages.openLog}
      </A>
      <Show when={several()}>
        <A class={buttonClass("secondary", "sm")} href={logsHref(props, "columns")}>
          <Columns2 size={13} /> {messages.beside}
        </A>
      </Show>
    </Show>
  );
}

/** A link that opens one more log beside those given; nothing when it is among them, or there are none. */
export function BesideLink(props: { selection: LogSelection; container?: string; process?: string }) {
  const others = () => [...(props.selection.containers ?? []), ...(props.selection.processes ?? [])];
  const name = () => props.container ?? processName(props.process ?? "");
  const isNew = () =>
    others().length > 0 &&
    others().length < CONTAINERS_MAX &&
    !(props.container !== undefined
      ? props.selection.containers?.includes(props.container)
      : props.selection.processes?.includes(props.process ?? ""));
  const href = () =>
    logsHref(
      {
        containers: [
          ...(props.selection.containers ?? []),
          ...(props.container === undefined ? [] : [props.container]),
        ],
        processes: [...(props.selection.processes ?? []), ...(props.process === undefined ? [] : [props.process])],
      },
      "columns",
    );
  return (
    <Show when={isNew()}>
      <A
        class={`${buttonClass("ghost", "sm")} button-icon`}
        href={href()}
        aria-label={messages.besideOf(visibleName(name()))}
        title={messages.besideOf(visibleName(name()))}
      >
        <Columns2 size={14} />
      </A>
    </Show>
  );
}
