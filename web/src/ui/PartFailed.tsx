import { createSignal, onMount, Show } from "solid-js";
import { isPageReplaced } from "../lib/page-build.ts";
import { basePath } from "../lib/urls.ts";
import { Button } from "./Button.tsx";
import { partMessages } from "./part-messages.ts";

/**
 * In place of a part of the page that could not be loaded: says whether the page is older than the server, and offers what
 * helps then. A reload keeps the address and the drafts of forms and files.
 */
export function PartFailed(props: { onRetry?: (() => void) | undefined }) {
  const [isReplaced, setReplaced] = createSignal(false);
  onMount(() => void isPageReplaced(`${basePath()}/`).then(setReplaced));
  return (
    <div class="empty-state" role="alert">
      <p class="empty-state-title">{isReplaced() ? partMessages.updated : partMessages.failed}</p>
      <p>{isReplaced() ? partMessages.updatedHint : partMessages.failedHint}</p>
      <div class="empty-state-action">
        <Show when={!isReplaced() && props.onRetry}>
          <Button onClick={() => props.onRetry?.()}>{partMessages.tryAgain}</Button>
        </Show>
        <Button variant={isReplaced() ? "primary" : "ghost"} onClick={() => window.location.reload()}>
          {partMessages.reload}
        </Button>
      </div>
    </div>
  );
}
