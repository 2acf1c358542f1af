import { createSignal, Show } from "solid-js";
import { lazy } from "../../lib/load-part.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Status } from "../../ui/index.ts";
import { rebootMessages as texts } from "./messages.ts";
import { useProcessList } from "./process-list.ts";
import type { ListedDaemon } from "./RebootDialog.tsx";
import { rebootSummary } from "./reboot-state.ts";

const RebootDialog = lazy(async () => ({ default: (await import("./RebootDialog.tsx")).RebootDialog }));

/** Says whether the processes of a daemon come back after a reboot, and opens what would be saved. */
export function RebootButton(props: ListedDaemon) {
  const list = useProcessList(() => props.daemon);
  const [open, setOpen] = createSignal(false);
  return (
    <Show when={list.data}>
      {(state) => (
        <>
          <Button variant="ghost" onClick={() => setOpen(true)}>
            <Status tone={rebootSummary(state()).tone}>
              {props.user === null
                ? rebootSummary(state()).text
                : texts.ofUser(visibleName(props.user), rebootSummary(state()).text)}
            </Status>
          </Button>
          <Show when={open()}>
            <RebootDialog {...props} list={state()} onClose={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Show>
  );
}
