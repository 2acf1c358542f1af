import PencilLine from "lucide-solid/icons/pencil-line";
import { Show } from "solid-js";
import type { FormDraft } from "../lib/form-draft.ts";
import { Button } from "./Button.tsx";
import { draftMessages } from "./messages.ts";
import { Callout } from "./Notice.tsx";

export interface DraftNoticeProps {
  draft: Pick<FormDraft<object>, "restored" | "outdated" | "unkept" | "reset">;
  /** What a draft leaves out, such as "passwords". */
  without?: string | undefined;
  /** Also runs when the draft is discarded: empties the fields that a draft leaves out. */
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
              {draftMessages.restored}
              {props.draft.outdated() ? draftMessages.outdated : ""}
              {props.without ? draftMessages.without(props.without) : ""}
            </span>
            <Button size="sm" onClick={discard}>
              {draftMessages.discard}
            </Button>
          </div>
        </Callout>
      </Show>
      <Show when={props.draft.unkept()}>
        <Callout tone="warn">{draftMessages.noRoom}</Callout>
      </Show>
    </>
  );
}
