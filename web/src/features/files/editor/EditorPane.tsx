import Download from "lucide-solid/icons/download";
import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import Save from "lucide-solid/icons/save";
import Undo from "lucide-solid/icons/undo-2";
import { lazy, onCleanup, Show, Suspense } from "solid-js";
import { ApiFailure, api } from "../../../lib/api.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { session } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { filesWS } from "../../../lib/ws-client.ts";
import { Button, buttonClass, Callout, confirm, ErrorState, IconButton, Skeleton, toast } from "../../../ui/index.ts";
import { DetailHead } from "../../../ui/MasterDetail.tsx";
import { baseName, parentPath } from "../file-path.ts";
import { confirmHardLinks } from "./hard-links.ts";
import { createLeaveGuard } from "./leave-guard.ts";
import { lineEndLabel } from "./line-ends.ts";
import { createTextDocument, type EditedFile } from "./text-document.ts";
import { fileDraft } from "./text-drafts.ts";

const readOnlyText: Record<NonNullable<EditedFile["readOnly"]>, string> = {
  permission: "Read-only: the panel's user has no right to write to this file.",
  encoding: "Read-only: this is neither UTF-8 nor UTF-16. It is shown as ISO-8859-1, so letters may be wrong.",
};
const encodingLabels: Record<EditedFile["encoding"], string> = {
  "utf-8": "",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "iso-8859-1": "unknown encoding",
};

const CodeEditor = lazy(() => import("./CodeEditor.tsx"));

export interface EditorPaneProps {
  path: string;
  onClose: () => void;
  /** Handed a way to keep what was typed, which tells whether leaving loses nothing. */
  onOpened: (keep: () => boolean) => void;
}

/** One text file in an editor: saves, follows the disk, and asks when both changed. Made anew for each file. */
export function EditorPane(props: EditorPaneProps) {
  const name = () => baseName(props.path);
  const document = createTextDocument(props.path, {
    read: api.files.readText,
    write: api.files.writeText,
    isConflict: (error) => error instanceof ApiFailure && error.code === "conflict",
    confirmHardLinks,
    drafts: fileDraft(props.path),
  });
  void document.load();
  onCleanup(
    filesWS.watch(parentPath(props.path), (change) => {
      if (change.name === name() || change.type === "rescan") void document.noticeChange();
    }),
  );
  createLeaveGuard({ ...document, stays: (to) => /^[^?#]*\/files(?:[/?#]|$)/.test(to) });
  props.onOpened(document.safe);
  onCleanup(() => props.onOpened(() => true));

  const mayEdit = () => session.may("files:change");
  const mayChange = () => mayEdit() && document.file()?.readOnly === null;
  const facts = (file: EditedFile) =>
    [
      formatBytes(file.size),
      `changed ${formatDateTime(file.modifiedAt)}`,
      lineEndLabel(document.content()),
      encodingLabels[file.encoding],
    ]
      .filter(Boolean)
      .join(" · ");
  async function attempt(work: () => Promise<boolean>): Promise<void> {
    if (document.saving() || !mayChange()) return;
    try {
      if (await work()) toast.success(`${visibleName(name())} saved`);
    } catch (error) {
      toast.error(error);
    }
  }
  async function reload(): Promise<void> {
    const yes =
      !document.dirty() ||
      (await confirm({
        title: "Discard your changes?",
        body: "The file is read again as it is on the disk now.",
        action: "Discard",
        danger: true,
      }));
    if (yes) await document.discard();
  }

  return (
    <>
      <DetailHead
        title={
          <>
            <span class="truncate">{visibleName(name())}</span>
            <Show when={document.dirty()}>
              <span class="unsaved" role="img" aria-label="Not saved" title="Not saved" />
            </Show>
          </>
        }
        note={
          <Show when={document.file()} fallback={visibleName(props.path)}>
            {(file) => facts(file())}
          </Show>
        }
        actions={
          <>
            <a
              class={`${buttonClass("ghost")} button-icon`}
              href={api.files.downloadUrl(props.path)}
              download={name()}
              aria-label={`Download ${name()}`}
              title="Download"
            >
              <Download size={15} />
            </a>
            <Show when={document.dirty()}>
              <IconButton label="Discard changes" icon={<Undo size={15} />} onClick={() => void reload()} />
            </Show>
            <Show when={mayEdit()}>
              <Button
                variant="primary"
                icon={<Save size={14} />}
                busy={document.saving()}
                disabled={!document.dirty() || !mayChange()}
                onClick={() => void attempt(document.save)}
              >
                Save
              </Button>
            </Show>
          </>
        }
        onClose={props.onClose}
      />
      <Show when={document.file()?.readOnly}>
        {(why) => (
          <div class="editor-note">
            <Callout tone="info" icon={<Lock size={15} />}>
              {readOnlyText[why()]}
            </Callout>
          </div>
        )}
      </Show>
      <Show when={document.restored()}>
        <div class="editor-note">
          <Callout tone="info" icon={<PencilLine size={15} />}>
            <div class="row row-wrap">
              <span class="grow">This is unsaved text from an earlier visit, not what the file holds.</span>
              <Button size="sm" onClick={() => void reload()}>
                Discard
              </Button>
            </div>
          </Callout>
        </div>
      </Show>
      <Show when={document.conflict() || document.changedOnDisk()}>
        <div class="editor-note">
          <Callout tone="warn">
            <div class="row row-wrap">
              <span class="grow">
                {document.conflict()
                  ? "This file changed on the disk since you opened it, so it was not saved."
                  : "This file changed on the disk since you began to type."}
              </span>
              <Button size="sm" onClick={() => void reload()}>
                Reload from disk
              </Button>
              <Show when={mayChange()}>
                <Button size="sm" variant="danger" onClick={() => void attempt(document.overwrite)}>
                  Overwrite
                </Button>
              </Show>
            </div>
          </Callout>
        </div>
      </Show>
      <div class="editor-body">
        <Show
          when={document.file()}
          fallback={
            <Show when={document.error()} fallback={<Skeleton lines={10} />}>
              <ErrorState error={document.error()} onRetry={() => void document.load()} />
            </Show>
          }
        >
          <Suspense fallback={<Skeleton lines={10} />}>
            <CodeEditor
              label={`Text of ${name()}`}
              fileName={name()}
              value={document.content()}
              readOnly={!mayChange()}
              onChange={document.setContent}
              onSave={() => void (document.dirty() && attempt(document.save))}
            />
          </Suspense>
        </Show>
      </div>
    </>
  );
}
