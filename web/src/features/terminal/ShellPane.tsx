import { Show, Suspense } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { lazy } from "../../lib/load-part.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Callout, Skeleton } from "../../ui/index.ts";
import { endMessage, shellMessages } from "./messages.ts";
import type { OpenShells } from "./open-shells.ts";

const Terminal = lazy(() => import("./Terminal.tsx"));

/** Screen of one shell, and how it ended. Hidden while another shell is in front. */
export function ShellPane(props: { id: string; shells: OpenShells; container: Service; onDismiss: () => void }) {
  const open = () => props.shells.find(props.id);
  const isActive = () => props.shells.active() === props.id;
  return (
    <div class="shell-pane" hidden={!isActive()}>
      <Show
        when={open()?.end}
        fallback={
          <Show when={open() && !open()?.attached}>
            <Callout tone="info">{open()?.error ?? shellMessages.connecting}</Callout>
          </Show>
        }
      >
        {(end) => (
          <Callout tone={end().code === "exited" && !end().exitCode ? "info" : "warn"}>
            {endMessage(end().code, end().exitCode)}{" "}
            <Button size="sm" onClick={() => props.onDismiss()}>
              {shellMessages.dismiss}
            </Button>
          </Callout>
        )}
      </Show>
      <Suspense fallback={<Skeleton lines={6} />}>
        <Terminal
          container={props.container}
          shellId={props.id}
          active={isActive()}
          label={shellMessages.screen(open()?.number, visibleName(props.container.name))}
          onOver={(code, exitCode) => props.shells.update(props.id, { end: { code, exitCode } })}
          onAttached={(attached) => props.shells.update(props.id, { attached })}
          onError={(error) => props.shells.update(props.id, { error })}
        />
      </Suspense>
    </div>
  );
}
