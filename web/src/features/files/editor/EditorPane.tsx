import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import Save from "lucide-solid/icons/save";
import Undo from "lucide-solid/icons/undo-2";
import { onCleanup, Show, Suspense } from "solid-js";
import { ApiFailure, api } from "../../../lib/api.ts";
import { formatBytes, formatDateTime } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { lazy } from "../../../lib/load-part.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, confirm, ErrorState, IconButton, Skeleton, toast } from "../../../ui/index.ts";
import { DetailHead } from "../../../ui/MasterDetail.tsx";
import { DownloadLink } from "../DownloadLink.tsx";
import { openFileOf } from "../file-address.ts";
import { baseName, parentPath } from "../file-path.ts";
import { editorMessages } from "../messages.ts";
import { isPictureName } from "../picture/picture-name.ts";
import { noteRecentFile } from "../recent-files.ts";
import { ConflictNotice } from "./ConflictNotice.tsx";
import { confirmHardLinks } from "./hard-links.ts";
import { createLeaveGuard } from "./leave-guard.ts";
import { lineEndLabel } from "./line-ends.ts";
import { createTextDocument, type EditedFile, type TextDocument } from "./text-document.ts";
import { fileDraft } from "./text-drafts.ts";

const CodeEditor = lazy(() => import("./CodeEditor.tsx"));

export interface EditorPaneProps {
  path: string;
  /** Line to show. */
  line: number | undefined;
  /** A line number was clicked. */
  onLine: (line: number) => void;
  onClose: () => void;
}

/** A text file in an editor: saves it, follows the disk, and asks when both changed. Created for each file. */
export function EditorPane(props: EditorPaneProps) {
  const session = useSession();
  noteRecentFile(session.principal()?.id ?? "", props.path);
  const { filesWS } = useLive();
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
  createLeaveGuard({ ...document, stays: (to) => openFileOf(to) === props.path && staysText(to, props.path) });

  const mayEdit = () => session.may("files:change");
  const mayChange = () => mayEdit() && document.file()?.readOnly === null;
  const facts = (file: EditedFile) =>
    [
      formatBytes(file.size),
      editorMessages.changed(formatDateTime(file.modifiedAt)),
      lineEndLabel(document.content()),
      editorMessages.encodings[file.encoding],
    ]
      .filter(Boolean)
      .join(" · ");
  async function attempt(write: () => Promise<boolean>): Promise<void> {
    if (document.saving() || !mayChange()) return;
    try {
      if (await write()) toast.success(editorMessages.saved(visibleName(name())));
    } catch (error) {
      toast.error(error);
    }
  }
  async function reload(): Promise<void> {
    const yes =
      !document.dirty() ||
      (await confirm({
        title: editorMessages.discardTitle,
        body: editorMessages.discardHint,
        action: editorMessages.discard,
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
              <span class="unsaved" role="img" aria-label={editorMessages.notSaved} title={editorMessages.notSaved} />
            </Show>
          </>
        }
        note={
          <Show when={document.file()} fallback={visibleName(props.path)}>
            {(file) => <>{facts(file())}</>}
          </Show>
        }
        actions={
          <>
            <DownloadLink path={props.path} name={name()} />
            <Show when={document.dirty()}>
              <IconButton
                label={editorMessages.discardChanges}
                icon={<Undo size={15} />}
                onClick={() => void reload()}
              />
            </Show>
            <Show when={mayEdit()}>
              <Button
                variant="primary"
                icon={<Save size={14} />}
                busy={document.saving()}
                disabled={!document.dirty() || !mayChange()}
                onClick={() => void attempt(document.save)}
              >
                {editorMessages.save}
              </Button>
            </Show>
          </>
        }
        onClose={props.onClose}
      />
      <Notices
        document={document}
        mayChange={mayChange()}
        onReload={() => void reload()}
        onOverwrite={() => void attempt(document.overwrite)}
      />
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
              label={editorMessages.textOf(name())}
              fileName={name()}
              value={document.content()}
              readOnly={!mayChange()}
              line={props.line}
              onLine={props.onLine}
              onChange={document.setContent}
              onSave={() => void (document.dirty() && attempt(document.save))}
            />
          </Suspense>
        </Show>
      </div>
    </>
  );
}

/** Whether an address shows the file as text, if it could be shown as a picture too. */
const staysText = ({ searchParams }: URL, path: string): boolean =>
  !isPictureName(path) || searchParams.get("as") === "text";

interface NoticesProps {
  document: TextDocument;
  mayChange: boolean;
  onReload: () => void;
  onOverwrite: () => void;
}

/** Why the text cannot be saved, and which version it is. */
function Notices(props: NoticesProps) {
  const hasConflict = () => props.document.conflict() || props.document.changedOnDisk();
  return (
    <>
      <Show when={props.document.file()?.readOnly}>
        {(reason) => (
          <div class="editor-note">
            <Callout tone="info" icon={<Lock size={15} />}>
              {editorMessages.readOnly[reason()]}
            </Callout>
          </div>
        )}
      </Show>
      <Show when={props.document.restored()}>
        <div class="editor-note">
          <Callout tone="info" icon={<PencilLine size={15} />}>
            <div class="row row-wrap">
              <span class="grow">{editorMessages.restored}</span>
              <Button size="sm" onClick={props.onReload}>
                {editorMessages.discard}
              </Button>
            </div>
          </Callout>
        </div>
      </Show>
      <Show when={hasConflict()}>
        <div class="editor-note">
          <ConflictNotice {...props} />
        </div>
      </Show>
    </>
  );
}
