import type { Accessor, JSX } from "solid-js";
import { DetailHead, type DetailHeadProps } from "../ui/MasterDetail.tsx";
import { QueryView, type ViewedQuery } from "./QueryView.tsx";

export interface ResourceDetailProps<T> extends Omit<DetailHeadProps, "title"> {
  title: string;
  query: ViewedQuery<T>;
  /** Lines of the skeleton. */
  lines?: number;
  /** Above the details, also while they load. */
  notice?: JSX.Element;
  children: (data: Accessor<T>) => JSX.Element;
}

/** The detail pane of one resource: head with actions, and what the server knows about it. */
export function ResourceDetail<T>(props: ResourceDetailProps<T>) {
  return (
    <>
      <DetailHead
        title={<span class="truncate">{props.title}</span>}
        note={props.note}
        actions={props.actions}
        onClose={props.onClose}
      />
      <div class="detail-scroll">
        {props.notice}
        <QueryView query={props.query} lines={props.lines ?? 8}>
          {props.children}
        </QueryView>
      </div>
    </>
  );
}
