import { type JSX, Show } from "solid-js";

export interface PageProps {
  title: JSX.Element;
  /** Before the title: the way back to the list that the page belongs to. */
  back?: JSX.Element;
  /** A short text beside the title, such as a count. */
  note?: JSX.Element;
  actions?: JSX.Element;
  /** The body does not scroll itself: something inside does (a table, a log). */
  fixed?: boolean;
  children: JSX.Element;
}

/** Title, actions and body of one feature: fills whatever holds it, a route or a window. */
export function Page(props: PageProps) {
  return (
    <div class="page" classList={{ "page-fixed": props.fixed }}>
      <header class="page-head">
        {props.back}
        <h1 class="truncate">{props.title}</h1>
        <Show when={props.note}>
          <span class="page-note num">{props.note}</span>
        </Show>
        <Show when={props.actions}>
          <div class="page-actions">{props.actions}</div>
        </Show>
      </header>
      <div class="page-body">{props.children}</div>
    </div>
  );
}
