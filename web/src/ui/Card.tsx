import { Index, type JSX, Show } from "solid-js";

export interface CardProps {
  title?: JSX.Element;
  actions?: JSX.Element;
  /** No inner padding: for tables, lists and logs. */
  flush?: boolean;
  class?: string;
  children: JSX.Element;
}

export function Card(props: CardProps) {
  return (
    <section class={`card ${props.class ?? ""}`} classList={{ "card-flush": props.flush }}>
      <Show when={props.title || props.actions}>
        <header class="card-head">
          <h2 class="truncate">{props.title}</h2>
          {props.actions}
        </header>
      </Show>
      <div class="card-body">{props.children}</div>
    </section>
  );
}

/** Pairs of a name and its value. */
export function Facts(props: { rows: readonly (readonly [string, JSX.Element])[] }) {
  return (
    <dl class="facts">
      <Index each={props.rows}>
        {(row) => (
          <>
            <dt>{row()[0]}</dt>
            <dd>{row()[1]}</dd>
          </>
        )}
      </Index>
    </dl>
  );
}
