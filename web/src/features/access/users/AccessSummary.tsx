import { createMemo, For, Show } from "solid-js";
import { Badge } from "../../../ui/Badge.tsx";
import { accessMessages } from "../messages.ts";
import { useAccessAreas } from "./access-areas.ts";
import { type AccessItem, type AccessSubject, summarizeAccess } from "./access-summary.ts";

const texts = accessMessages.summary;

/** What an account or key sees, changes and may not do, while it is being typed. */
export function AccessSummary(props: { who: AccessSubject }) {
  const areas = useAccessAreas();
  const summary = createMemo(() => areas.data && summarizeAccess(areas.data, props.who));
  return (
    <Show when={summary()}>
      {(shown) => (
        <section class="access-summary" aria-label={texts.title}>
          <h3>{texts.title}</h3>
          <dl>
            <Items title={texts.sees} items={shown().sees} none={texts.nothing} />
            <Items title={texts.changes} items={shown().changes} none={texts.nothing} />
            <Show when={shown().denied.length > 0}>
              <dt>{texts.denied}</dt>
              <dd class="muted">{shown().denied.join(", ")}</dd>
            </Show>
          </dl>
        </section>
      )}
    </Show>
  );
}

function Items(props: { title: string; items: readonly AccessItem[]; none: string }) {
  return (
    <>
      <dt>{props.title}</dt>
      <dd>
        <Show when={props.items.length > 0} fallback={props.none}>
          <ul>
            <For each={props.items}>
              {({ text, beyondLimits }) => (
                <li>
                  {text}
                  <Show when={beyondLimits}>
                    {" "}
                    <Badge tone="warn">{texts.beyondLimits}</Badge>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </dd>
    </>
  );
}
