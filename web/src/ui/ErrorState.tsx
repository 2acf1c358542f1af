import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { Show } from "solid-js";
import { detailOf, toMessage } from "../lib/api/failure.ts";
import { isPartFailure } from "../lib/part-failure.ts";
import { Button } from "./Button.tsx";
import { uiMessages } from "./messages.ts";
import { EmptyState } from "./Notice.tsx";
import { PartFailed } from "./PartFailed.tsx";
import { UpstreamDetail } from "./UpstreamDetail.tsx";

/** Shows the server's sentence about a failed request, and offers to try again. */
export function ErrorState(props: { error: unknown; title?: string; onRetry?: () => void }) {
  return (
    <Show when={!isPartFailure(props.error)} fallback={<PartFailed onRetry={props.onRetry} />}>
      <div role="alert">
        <EmptyState
          icon={<TriangleAlert size={18} />}
          tone="bad"
          title={props.title ?? uiMessages.failed}
          action={
            <Show when={props.onRetry}>
              <Button onClick={() => props.onRetry?.()}>{uiMessages.tryAgain}</Button>
            </Show>
          }
        >
          {toMessage(props.error)}
          <UpstreamDetail text={detailOf(props.error)} />
        </EmptyState>
      </div>
    </Show>
  );
}
