import { A } from "@solidjs/router";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import { For, Show } from "solid-js";
import type { Step } from "../../../../shared/protocol/getting-started.ts";
import { api } from "../../lib/api.ts";
import { createTitle } from "../../lib/page-title.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Badge, StatusDot } from "../../ui/Badge.tsx";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Callout } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import "./getting-started.css";
import { messages } from "./messages.ts";
import { progressOf, stepHrefs, stepTones, useGettingStarted } from "./steps.ts";

/** What was found on this host after the set-up, and what is missing. */
export default function GettingStartedPage() {
  createTitle(() => messages.title);
  const invalidate = useInvalidate();
  const query = useGettingStarted(true);
  const refetch = () => invalidate(queryKeys.gettingStarted);
  const setDismissed = (dismissed: boolean) =>
    sendAction({
      send: () => api.gettingStarted.setDismissed(dismissed),
      done: dismissed ? messages.dismissed : messages.shownAgain,
      refetch,
    });
  const progress = () => query.data && progressOf(query.data.steps);
  return (
    <Page
      title={messages.title}
      note={<Show when={progress()}>{(count) => <>{messages.progress(count().done, count().all)}</>}</Show>}
      actions={
        <>
          <Button
            icon={<RefreshCw size={15} />}
            busy={query.isFetching && query.data !== undefined}
            onClick={() => void refetch()}
          >
            {messages.checkAgain}
          </Button>
          <Show when={query.data && !query.data.dismissed}>
            <Button onClick={() => void setDismissed(true)}>{messages.dismiss}</Button>
          </Show>
        </>
      }
    >
      <div class="first-steps">
        <Show when={query.data?.dismissed} fallback={<p class="muted">{messages.note}</p>}>
          <Callout tone="info">
            {messages.dismissedNote}{" "}
            <Button size="sm" onClick={() => void setDismissed(false)}>
              {messages.showAgain}
            </Button>
          </Callout>
        </Show>
        <Card flush>
          <QueryView query={query} lines={8}>
            {(data) => (
              <ul class="first-steps-list" aria-label={messages.title}>
                <For each={data().steps.map(({ id }) => id)}>
                  {(id) => (
                    <Show when={data().steps.find((step) => step.id === id)}>
                      {(step) => <StepRow step={step()} />}
                    </Show>
                  )}
                </For>
              </ul>
            )}
          </QueryView>
        </Card>
      </div>
    </Page>
  );
}

function StepRow(props: { step: Step }) {
  const name = () => messages.steps[props.step.id];
  const link = () => messages.links[props.step.id];
  return (
    <li class="first-step">
      <StatusDot tone={stepTones[props.step.state]} />
      <div class="first-step-text">
        <div class="row">
          <b>{name()}</b>
          <Badge tone={stepTones[props.step.state]}>{messages.states[props.step.state]}</Badge>
        </div>
        <p class="muted">{props.step.detail}</p>
        <Show when={props.step.command}>
          {(command) => (
            <div class="first-step-command">
              <span class="faint">{messages.asRoot}</span>
              <code>{command()}</code>
              <CopyButton text={command()} label={messages.copy(name())} />
            </div>
          )}
        </Show>
      </div>
      <Show when={link()}>
        <A class={buttonClass("secondary", "sm")} href={stepHrefs[props.step.id] ?? "/"}>
          {link()}
        </A>
      </Show>
    </li>
  );
}
