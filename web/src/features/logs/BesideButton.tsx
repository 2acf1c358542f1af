import { A, useNavigate } from "@solidjs/router";
import Columns2 from "lucide-solid/icons/columns-2";
import Maximize from "lucide-solid/icons/maximize-2";
import { createSignal, Show } from "solid-js";
import { buttonClass, IconButton } from "../../ui/index.ts";
import { tipOf } from "../../ui/tip.ts";
import { LogPicker } from "./LogPicker.tsx";
import { logsHref } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { page as messages } from "./messages.ts";

/** Chooses other logs, and opens them beside the one that is shown. */
export function BesideButton(props: { shown: LogTargets }) {
  const navigate = useNavigate();
  const [targets, setTargets] = createSignal<LogTargets>();
  return (
    <>
      <IconButton
        size="sm"
        label={messages.openBeside}
        icon={<Columns2 size={14} />}
        onClick={() => setTargets(props.shown)}
      />
      <Show when={targets()}>
        {(chosen) => (
          <LogPicker
            chosen={chosen()}
            onChange={setTargets}
            onClose={(layout = "columns") => {
              const { containers, processes } = chosen();
              setTargets(undefined);
              if (containers.length + processes.length > 1) navigate(logsHref({ containers, processes }, layout));
            }}
          />
        )}
      </Show>
    </>
  );
}

/** Opens one log on the page of all logs, alone or with others beside it. */
export function LogPageLinks(props: { shown: LogTargets; href?: string }) {
  return (
    <>
      <BesideButton shown={props.shown} />
      <A
        class={`${buttonClass("ghost", "sm")} button-icon`}
        href={props.href ?? logsHref(props.shown, "merged")}
        aria-label={messages.openInLogs}
        {...tipOf(messages.openInLogs)}
      >
        <Maximize size={13} />
      </A>
    </>
  );
}
