import PencilLine from "lucide-solid/icons/pencil-line";
import { Show } from "solid-js";
import type { FormDraft } from "../lib/form-draft.ts";
import { Button } from "./Button.tsx";
import { Callout } from "./Notice.tsx";

export interface DraftNoticeProps {
  draft: Pick<FormDraft<object>, "restored" | "outdated" | "unkept" | "reset">;
  /** What a draft leaves out, such as "passwords". */
  without?: string | undefined;
  /** Also done when the draft is discarded: empties fields that are never kept. */
  onDiscard?: () => void;
}

/** Says that a form shows a draft, and offers to discard it. */
export function DraftNotice(props: DraftNoticeProps) {
  const discard = () => {
    props.draft.reset();
    props.onDiscard?.();
  };
  return (
    <>
      <Show when={props.draft.restored()}>
        <Callout tone={props.draft.outdated() ? "warn" : "info"} icon={<PencilLine size={15} />}>
          <div class="row row-wrap">
            <span class="grow">
              Unsaved draft restored.
              {props.draft.outdated() ? " The saved version has changed since: saving overwrites it." : ""}
              {props.without ? ` Drafts leave out ${props.without}.` : ""}
            </span>
            <Button size="sm" onClick={discard}>
              Discard draft
            </Button>
          </div>
        </Callout>
      </Show>
      <Show when={props.draft.unkept()}>
        <Callout tone="warn">This tab has no room for a draft: leaving this form loses what you type.</Callout>
      </Show>
    </>
  );
}
