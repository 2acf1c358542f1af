import Upload from "lucide-solid/icons/upload";
import { createEffect, createMemo, createSignal, on, Show } from "solid-js";
import { api, toMessage } from "../../lib/api.ts";
import { useLive } from "../../lib/live-context.ts";
import { createPreference } from "../../lib/preference.ts";
import { useSession } from "../../lib/session.ts";
import { createAddressSort, createAddressText } from "../../resource/address-value.ts";
import { Page } from "../../ui/index.ts";
import { MasterDetail } from "../../ui/MasterDetail.tsx";
import { EditorPane } from "./editor/EditorPane.tsx";
import { confirmHardLinks } from "./editor/hard-links.ts";
import { draftedFiles } from "./editor/text-drafts.ts";
import { joinPath } from "./file-path.ts";
import { Breadcrumb } from "./folder/Breadcrumb.tsx";
import { FileList } from "./folder/FileList.tsx";
import { FolderContent } from "./folder/FolderContent.tsx";
import { FolderNotices } from "./folder/FolderNotices.tsx";
import { FolderToolbar } from "./folder/FolderToolbar.tsx";
import { arrange, type FileOrder, fileOrders } from "./folder/file-order.ts";
import { createFolder } from "./folder/folder.ts";
import { createFolderActions } from "./folder/folder-actions.ts";
import { HiddenEntries } from "./folder/HiddenEntries.tsx";
import { NameDialog } from "./folder/NameDialog.tsx";
import { folderMessages } from "./messages.ts";
import { PicturePane } from "./picture/PicturePane.tsx";
import { isPictureName } from "./picture/picture-name.ts";
import { createDropTarget } from "./upload/drop-target.ts";
import { UploadList } from "./upload/UploadList.tsx";
import { uploadFiles } from "./upload/upload-files.ts";
import { createUploads } from "./upload/uploads.ts";
import "./files.css";

export interface FilesViewProps {
  /** Path of the folder; `/` is the root. */
  path: string;
  /** Path of the file in the editor; null without one. */
  file: string | null;
  /** Shows a picture that is text, such as an SVG, in the editor. */
  asText: boolean;
  onAsText: () => void;
  /** Line of the file to show. */
  line: number | undefined;
  onOpenFolder: (path: string) => void;
  /** Opens a file, or closes the editor; `replace` when the open file has another path now. */
  onOpenFile: (path: string | null, replace?: boolean) => void;
  onLine: (line: number) => void;
}

/** A folder that follows changes on the disk, and the text file that is open. */
export function FilesView(props: FilesViewProps) {
  const session = useSession();
  const { filesWS } = useLive();
  const folder = createFolder(() => props.path, { list: api.files.list, watch: filesWS.watch });
  const uploads = createUploads({
    upload: (path, file, options) => api.files.upload(path, file, options),
    toMessage,
    confirmHardLinks,
    onDone: () => void folder.refresh(),
  });
  const open = createOpenFile(props);
  const view = createFolderView(() => props.path, folder.entries);
  const actions = createFolderActions({
    path: () => props.path,
    folder,
    editing: open.path,
    edit: open.edit,
    setEditing: (path) => props.onOpenFile(path, true),
    onOpenFolder: (path) => props.onOpenFolder(path),
  });
  const mayChange = () => session.may("files:change");
  const mayCreate = () => mayChange() && folder.writable();
  const taken = (name: string) => folder.entries().some((entry) => entry.name === name);
  const upload = (files: FileList | null) => void uploadFiles(uploads, props.path, taken, files);
  const drop = createDropTarget(mayCreate, upload);
  /** Name of the open file, when it is in this folder. */
  const selected = () => {
    const prefix = joinPath(props.path, "");
    return open.path()?.startsWith(prefix) ? (open.path()?.slice(prefix.length) ?? null) : null;
  };

  return (
    <MasterDetail
      open={open.path() !== null}
      master={
        <Page
          fixed
          title={folderMessages.title}
          note={folder.state() === "ready" ? folderMessages.countEntries(folder.total()) : ""}
          actions={
            <FolderToolbar
              filter={view.filter()}
              onFilter={view.setFilter}
              showsHidden={view.showsHidden()}
              onShowHidden={view.setShowsHidden}
              hiddenCount={view.hiddenCount()}
              mayChange={mayChange()}
              writable={folder.writable()}
              onNewFile={actions.promptFile}
              onNewFolder={actions.promptFolder}
              onUpload={upload}
            />
          }
        >
          <section
            class="files"
            aria-label={folderMessages.folder}
            classList={{ "files-drop": drop.dragging() }}
            {...drop.handlers}
          >
            <Breadcrumb path={props.path} root={folder.root()} onOpen={props.onOpenFolder} />
            <FolderNotices
              mayChange={mayChange()}
              writable={folder.writable()}
              drafts={open.otherDrafts()}
              onEdit={open.edit}
            />
            <FolderContent
              folder={folder}
              shownCount={view.shown().length}
              filter={view.filter()}
              mayCreate={mayCreate()}
              onClearFilter={() => view.setFilter("")}
              onShowHidden={() => view.setShowsHidden(true)}
            >
              <FileList
                label={folderMessages.entriesOf(props.path)}
                entries={view.shown()}
                order={view.order().order}
                descending={view.order().descending}
                onSort={(order, descending) => view.setOrder({ order, descending })}
                selected={selected()}
                actions={{
                  open: actions.open,
                  download: actions.download,
                  rename: mayChange() ? actions.promptRename : undefined,
                  remove: mayChange() ? (entry) => void actions.remove(entry) : undefined,
                }}
              />
            </FolderContent>
            <HiddenEntries
              count={view.showsHidden() || view.shown().length === 0 ? 0 : view.hiddenCount()}
              onShow={() => view.setShowsHidden(true)}
            />
            <UploadList uploads={uploads} />
            <Show when={drop.dragging()}>
              <div class="files-target" aria-hidden="true">
                <Upload size={20} />
                {folderMessages.dropHere}
              </div>
            </Show>
          </section>
          <Show when={actions.prompt()} keyed>
            {(prompt) => <NameDialog {...prompt} taken={taken} onClose={actions.closePrompt} />}
          </Show>
        </Page>
      }
      detail={
        <Show when={open.path()} keyed>
          {(path) => (
            <Show
              when={isPictureName(path) && !props.asText}
              fallback={
                <EditorPane path={path} line={props.line} onLine={props.onLine} onClose={() => open.edit(null)} />
              }
            >
              <PicturePane
                path={path}
                onText={/\.svg$/i.test(path) ? props.onAsText : undefined}
                onClose={() => open.edit(null)}
              />
            </Show>
          )}
        </Show>
      }
    />
  );
}

/** Filter, order and hidden entries of the folder view. The filter is cleared when the folder changes. */
function createFolderView(path: () => string, entries: ReturnType<typeof createFolder>["entries"]) {
  const [filter, setFilter] = createAddressText("filter");
  const [showsHidden, setShowsHidden] = createPreference("files-hidden", false);
  const [sort, setSort] = createAddressSort(
    () => fileOrders,
    () => ({ column: "name", descending: false }),
  );
  const order = () => ({ order: sort().column as FileOrder, descending: sort().descending });
  const setOrder = (next: { order: FileOrder; descending: boolean }) =>
    setSort({ column: next.order, descending: next.descending });
  createEffect(on(path, () => setFilter(""), { defer: true }));
  const shown = createMemo(() => {
    const { order: by, descending } = order();
    return arrange(entries(), { order: by, descending, hidden: showsHidden(), filter: filter() });
  });
  const hiddenCount = () => entries().filter(({ hidden }) => hidden).length;
  return { filter, setFilter, showsHidden, setShowsHidden, order, setOrder, shown, hiddenCount };
}

/** The file in the editor, and the files with unsaved text. */
function createOpenFile(props: Pick<FilesViewProps, "file" | "onOpenFile">) {
  const path = () => props.file;
  const [drafts, setDrafts] = createSignal(draftedFiles());
  createEffect(on(path, () => setDrafts(draftedFiles()), { defer: true }));
  return {
    path,
    otherDrafts: () => drafts().filter((drafted) => drafted !== path()),
    /** Opens another file, or closes the editor; the guard of the editor asks first when text would be lost. */
    edit(next: string | null): void {
      if (next !== path()) props.onOpenFile(next);
    },
  };
}
