import Folder from "lucide-solid/icons/folder";
import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import { createSignal, For, type JSX, Show } from "solid-js";
import type { StackDetail } from "../../../../shared/protocol/stack.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import { Button, Callout } from "../../ui/index.ts";
import { InterruptedSaves } from "../files/folder/InterruptedSaves.tsx";
import { ComposeMissing } from "./ComposeMissing.tsx";
import type { StackDocument } from "./compose/stack-document.ts";
import { FolderDialog } from "./FolderDialog.tsx";
import { folderMessages, stackMessages } from "./messages.ts";
import { interruptedText, readOnlyText } from "./stack-state.ts";

export interface StackNoticesProps {
  stack: StackDetail;
  engine: DependencyState | undefined;
  /** Undefined when the stack's files cannot be read. */
  document: StackDocument | undefined;
  mayChange: boolean;
  /** The compose file is shown now. */
  showsFile: boolean;
  onShowFile: () => void;
}

/** What to know about a stack before acting on it. */
export function StackNotices(props: StackNoticesProps) {
  const session = useSession();
  const invalidate = useInvalidate();
  const [naming, setNaming] = createSignal(false);
  const mayName = () => session.may("settings:manage");
  const forget = () =>
    sendAction({
      send: () => api.stacks.forgetFolder(props.stack.name),
      done: folderMessages.forgotten,
      refetch: () => invalidate(queryKeys.stacks),
    });
  return (
    <>
      <Show when={props.engine && props.engine.state !== "up"}>
        <Callout tone="warn" icon={<Unplug size={15} />}>
          {stackMessages.dockerAway(props.engine?.hint)}
        </Callout>
      </Show>
      <Show when={props.stack.lock === "compose-missing"}>
        <ComposeMissing hint={props.stack.reason ?? ""} />
      </Show>
      <Show when={props.stack.lock !== null && props.stack.lock !== "compose-missing"}>
        <Callout tone="info" icon={<Lock size={15} />}>
          <div class="row row-wrap">
            <span class="grow">
              {stackMessages.readOnly(visibleName(readOnlyText(props.stack)), props.stack.total > 0)}
            </span>
            <Show when={mayName() && (props.stack.lock === "outside" || props.stack.lock === "file-missing")}>
              <Button size="sm" onClick={() => setNaming(true)}>
                {folderMessages.name}
              </Button>
            </Show>
          </div>
        </Callout>
      </Show>
      <Show when={props.stack.named}>
        <Callout tone="info" icon={<Folder size={15} />}>
          <div class="row row-wrap">
            <span class="grow">{folderMessages.named(visibleName(props.stack.folder))}</span>
            <Show when={mayName()}>
              <Button size="sm" onClick={() => void forget()}>
                {folderMessages.forget}
              </Button>
            </Show>
          </div>
        </Callout>
      </Show>
      <Show when={naming()}>
        <FolderDialog
          name={props.stack.name}
          onClose={() => setNaming(false)}
          onName={async (folder) => {
            await api.stacks.nameFolder(props.stack.name, folder);
            setNaming(false);
            await invalidate(queryKeys.stacks);
          }}
        />
      </Show>
      <Show when={interruptedText(props.stack)}>{(text) => <Warning>{text()}</Warning>}</Show>
      <For each={props.stack.notices}>{(notice) => <Warning>{visibleName(notice)}</Warning>}</For>
      <Show when={props.mayChange && props.document !== undefined}>
        <InterruptedSaves
          list={() => api.stacks.interruptedSaves(props.stack.name)}
          choose={async (id, version) => {
            await api.stacks.chooseVersion(props.stack.name, id, version);
            await props.document?.noticeChange();
          }}
        />
      </Show>
      <Show when={props.document?.restored() && !props.showsFile}>
        <Callout tone="info" icon={<PencilLine size={15} />}>
          <div class="row row-wrap">
            <span class="grow">{stackMessages.unsavedDraft}</span>
            <Button size="sm" onClick={props.onShowFile}>
              {stackMessages.show}
            </Button>
          </div>
        </Callout>
      </Show>
    </>
  );
}

const Warning = (props: { children: JSX.Element }) => (
  <Callout tone="warn" icon={<TriangleAlert size={15} />}>
    {props.children}
  </Callout>
);
