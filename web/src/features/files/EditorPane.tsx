import Download from "lucide-solid/icons/download";
import Save from "lucide-solid/icons/save";
import { createEffect, lazy, on, onCleanup, Show, Suspense } from "solid-js";
import { ApiFailure, api } from "../../lib/api.ts";
import { formatBytes, formatDateTime } from "../../lib/format.ts";
import { session } from "../../lib/session.ts";
import { filesWS } from "../../lib/ws-client.ts";
import { Button, buttonClass, Callout, confirm, ErrorState, Skeleton, toast } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import { visibleName } from "../logs/terminal-text.ts";
import { baseName, parentPath } from "./file-path.ts";
import { createTextDocument } from "./text-document.ts";

const CodeEditor = lazy(() => import("./CodeEditor.tsx"));

export interface EditorPaneProps {
  path: string;
  onClose: () => void;
  /** Whether something typed would be lost by leaving. */
  onDirtyChange: (dirty: boolean) => void;
}

/** One text file in an editor: saves, follows the disk, and asks when both changed. Made anew for each file. */
export function EditorPane(props: EditorPaneProps) {
  const name = () => baseName(props.path);
  const document = createTextDocument(props.path, {
    read: api.files.readText,
    write: api.files.writeText,
    isConflict: (error) => error instanceof ApiFailure && error.code === "conflict",
  });
  void document.load();
  onCleanup(
    filesWS.watch(parentPath(props.path), (change) => {
      if (change.name === name() || change.type === "rescan") void document.noticeChange();
    }),
  );
  createEffect(on(document.dirty, (dirty) => props.onDirtyChange(dirty)));
  const warnBeforeLeaving = (event: BeforeUnloadEvent) => document.dirty() && event.preventDefault();
  window.addEventListener("beforeunload", warnBeforeLeaving);
  onCleanup(() => {
    window.removeEventListener("beforeunload", warnBeforeLeaving);
    props.onDirtyChange(false);
  });

  const mayChange = () => session.may("files:change");
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
        title: "Drop what you typed?",
        body: "The file is read again as it is on the disk now.",
        action: "Read again",
        danger: true,
      }));
    if (yes) await document.load();
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
          document.file()
            ? `${formatBytes(document.file()?.size ?? 0)} · changed ${formatDateTime(document.file()?.modifiedAt ?? null)}`
            : visibleName(props.path)
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
            <Show when={mayChange()}>
              <Button
                variant="primary"
                icon={<Save size={14} />}
                busy={document.saving()}
                disabled={!document.dirty()}
                onClick={() => void attempt(document.save)}
              >
                Save
              </Button>
            </Show>
          </>
        }
        onClose={props.onClose}
      />
      <Show when={document.conflict() || document.changedOnDisk()}>
        <div class="editor-note">
          <Callout tone="warn">
            <div class="row row-wrap">
              <span class="grow">
                {document.conflict()
                  ? "This file changed on the disk since you opened it, so it was not saved."
                  : "This file changed on the disk while you were typing."}
              </span>
              <Button size="sm" onClick={() => void reload()}>
                Take the disk's
              </Button>
              <Show when={mayChange()}>
                <Button size="sm" variant="danger" onClick={() => void attempt(document.overwrite)}>
                  Save mine over it
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
