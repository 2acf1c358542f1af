import { A } from "@solidjs/router";
import ListChecks from "lucide-solid/icons/list-checks";
import { Show } from "solid-js";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import "./getting-started.css";
import { messages } from "./messages.ts";
import { progressOf, useGettingStarted } from "./steps.ts";

/** One line on Watch for administrators, until all steps are done or one of them puts the list away. */
export function GettingStartedCard() {
  const invalidate = useInvalidate();
  const query = useGettingStarted(false);
  const progress = () => {
    if (!query.data || query.data.dismissed) return undefined;
    const { done, all } = progressOf(query.data.steps);
    return done < all ? { done, all } : undefined;
  };
  const dismiss = () =>
    sendAction({
      send: () => api.gettingStarted.setDismissed(true),
      done: messages.dismissed,
      refetch: () => invalidate(queryKeys.gettingStarted),
    });
  return (
    <Show when={progress()}>
      {(count) => (
        <section class="first-steps-card" aria-label={messages.title}>
          <ListChecks size={16} />
          <b>{messages.title}</b>
          <span class="muted grow">{messages.progress(count().done, count().all)}</span>
          <A class={buttonClass("primary", "sm")} href="/getting-started">
            {messages.open}
          </A>
          <Button size="sm" onClick={() => void dismiss()}>
            {messages.dismiss}
          </Button>
        </section>
      )}
    </Show>
  );
}
