import { A } from "@solidjs/router";
import Maximize from "lucide-solid/icons/maximize-2";
import { Show } from "solid-js";
import { buttonClass } from "../../ui/index.ts";
import { ContainerLogs } from "./ContainerLogs.tsx";
import { formatLogAddress } from "./log-address.ts";
import { page } from "./messages.ts";
import { createLogControls } from "./view/log-controls.ts";

/** The log of one container, as a part of its pane; it continues when a new container takes over the name. */
export function ServiceLogs(props: { name: string }) {
  return (
    <Show when={props.name} keyed>
      {(name) => {
        const controls = createLogControls();
        return (
          <ContainerLogs
            label={`Log of ${name}`}
            containers={[name]}
            controls={controls}
            tools={
              <A
                class={`${buttonClass("ghost", "sm")} button-icon`}
                href={`/logs${formatLogAddress({ containers: [name], layout: "merged", query: controls.query(), line: undefined }, { only: true })}`}
                aria-label={page.openInLogs}
                title={page.openInLogs}
              >
                <Maximize size={13} />
              </A>
            }
          />
        );
      }}
    </Show>
  );
}
