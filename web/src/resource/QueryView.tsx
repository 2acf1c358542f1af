import { type Accessor, type JSX, Show } from "solid-js";
import { ApiFailure } from "../lib/api/failure.ts";
import { ErrorState, Skeleton } from "../ui/index.ts";

/** The part of a query that a view reads. `data` is undefined until the first response. */
export interface ViewedQuery<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

export interface QueryViewProps<T> {
  query: ViewedQuery<T>;
  /** Lines of the skeleton; 6 if omitted. */
  lines?: number;
  /** Shown instead of the error if the server no longer has the resource. */
  gone?: JSX.Element;
  children: (data: Accessor<T>) => JSX.Element;
}

/** Data of a query, or its state: loading, failed, gone. Data that was read before stays while a refetch fails. */
export function QueryView<T>(props: QueryViewProps<T>) {
  const isGone = () => props.query.error instanceof ApiFailure && props.query.error.code === "not_found";
  return (
    <Show
      when={props.query.data as T}
      fallback={
        <Show when={props.query.error} fallback={<Skeleton lines={props.lines ?? 6} />}>
          <Show
            when={isGone() && props.gone}
            fallback={<ErrorState error={props.query.error} onRetry={() => void props.query.refetch()} />}
          >
            {props.gone}
          </Show>
        </Show>
      }
    >
      {(data) => props.children(data as Accessor<T>)}
    </Show>
  );
}
