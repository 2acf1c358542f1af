import Eye from "lucide-solid/icons/eye";
import EyeOff from "lucide-solid/icons/eye-off";
import FilePlus from "lucide-solid/icons/file-plus";
import FolderOpen from "lucide-solid/icons/folder-open";
import FolderPlus from "lucide-solid/icons/folder-plus";
import Lock from "lucide-solid/icons/lock";
import PencilLine from "lucide-solid/icons/pencil-line";
import SearchX from "lucide-solid/icons/search-x";
import Upload from "lucide-solid/icons/upload";
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from "solid-js";
import type { FileEntry } from "../../../../shared/protocol/file.ts";
import { api, toMessage } from "../../lib/api.ts";
import { createPreference } from "../../lib/preference.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { filesWS } from "../../lib/ws-client.ts";
import {
  Button,
  Callout,
  confirm,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  SearchField,
  Skeleton,
  toast,
} from "../../ui/index.ts";
import { MasterDetail } from "../../ui/MasterDetail.tsx";
import { EditorPane } from "./editor/EditorPane.tsx";
import { confirmHardLinks } from "./editor/hard-links.ts";
import { mayLeave } from "./editor/leave-guard.ts";
import { draftedFiles } from "./editor/text-drafts.ts";
import { joinPath } from "./file-path.ts";
import { Breadcrumb } from "./folder/Breadcrumb.tsx";
import { FileList } from "./folder/FileList.tsx";
import { arrange, type FileOrder } from "./folder/file-order.ts";
import { opensAsText } from "./folder/file-type.ts";
import { createFolder } from "./folder/folder.ts";
import { InterruptedSaves } from "./folder/InterruptedSaves.tsx";
import { NameDialog, type NameDialogProps } from "./folder/NameDialog.tsx";
import { UploadList } from "./upload/UploadList.tsx";
import { createUploads } from "./upload/uploads.ts";
import "./files.css";

export interface FilesViewProps {
  /** The folder shown; `/` is the root. */
  path: string;
  onOpenFolder: (path: string) => void;
}

type Question = Omit<NameDialogProps, "onClose" | "taken">;

/** A folder that changes by itself when the disk does, and the text file that is open. */
export function FilesView(props: FilesViewProps) {
  const folder = createFolder(() => props.path, { list: api.files.list, watch: filesWS.watch });
  const uploads = createUploads({
    upload: (path, file, options) => api.files.upload(path, file, options),
    toMessage,
    confirmHardLinks,
    onDone: () => void folder.refresh(),
  });
  const [filter, setFilter] = createSignal("");
  const [hidden, setHidden] = createPreference("files-hidden", false);
  const [order, setOrder] = createSignal<{ order: FileOrder; descending: boolean }>({
    order: "name",
    descending: false,
  });
  const [editing, setEditing] = createSignal<string | null>(null);
  /** Keeps what is typed in the open editor; false when leaving it would lose that. */
  let keepOpenText: () => boolean = () => true;
  const [drafted, setDrafted] = createSignal(draftedFiles());
  const [question, setQuestion] = createSignal<Question | null>(null);
  const [dragging, setDragging] = createSignal(false);
  let picker: HTMLInputElement | undefined;

  const mayChange = () => session.may("files:change");
  const mayMake = () => mayChange() && folder.writable();
  const otherDrafts = () => drafted().filter((path) => path !== editing());
  const shown = createMemo(() => arrange(folder.entries(), { ...order(), hidden: hidden(), filter: filter() }));
  const hiddenCount = () => folder.entries().filter((entry) => entry.hidden).length;
  const at = (name: string) => joinPath(props.path, name);
  const taken = (name: string) => folder.entries().some((entry) => entry.name === name);
  createEffect(
    on(
      () => props.path,
      () => setFilter(""),
      { defer: true },
    ),
  );

  async function edit(path: string | null): Promise<void> {
    if (path === editing() || !(await mayLeave(keepOpenText))) return;
    setEditing(path);
    setDrafted(draftedFiles());
  }
  function download(entry: FileEntry): void {
    const link = document.createElement("a");
    link.href = api.files.downloadUrl(at(entry.name));
    link.download = entry.name;
    link.click();
  }
  async function open(entry: FileEntry): Promise<void> {
    if (entry.kind === "directory") props.onOpenFolder(at(entry.name));
    else if (opensAsText(entry)) await edit(at(entry.name));
    else if (entry.kind === "file") download(entry);
    else toast.info("Only files and folders can be opened here.");
  }
  async function remove(entry: FileEntry): Promise<void> {
    const name = visibleName(entry.name);
    const isFolder = entry.kind === "directory";
    const yes = await confirm({
      title: `Delete ${name}?`,
      body: isFolder
        ? `The folder ${name} and everything in it are deleted from the disk. This cannot be undone.`
        : `${name} is deleted from the disk. This cannot be undone.`,
      action: isFolder ? "Delete folder" : "Delete file",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.files.remove(at(entry.name));
      if (editing() === at(entry.name)) setEditing(null);
      toast.success(`${name} deleted`);
    } catch (error) {
      toast.error(error);
    }
    await folder.refresh();
  }
  const askRename = (entry: FileEntry) =>
    setQuestion({
      title: `Rename ${visibleName(entry.name)}`,
      action: "Rename",
      initial: entry.name,
      onName: async (name) => {
        await api.files.rename(at(entry.name), at(name));
        if (editing() === at(entry.name)) setEditing(at(name));
        await folder.refresh();
      },
    });
  const askFolder = () =>
    setQuestion({
      title: "New folder",
      action: "Create folder",
      initial: "",
      onName: async (name) => {
        await api.files.makeFolder(at(name));
        await folder.refresh();
      },
    });
  const askFile = () =>
    setQuestion({
      title: "New file",
      action: "Create file",
      initial: "",
      onName: async (name) => {
        await api.files.writeText({ path: at(name), content: "" });
        await folder.refresh();
        await edit(at(name));
      },
    });
  async function upload(list: FileList | null | undefined): Promise<void> {
    const chosen = [...(list ?? [])];
    const clashes = chosen.filter(({ name }) => taken(name));
    const yes =
      clashes.length === 0 ||
      (await confirm({
        title:
          clashes.length === 1 ? `Replace ${visibleName(clashes[0]?.name ?? "")}?` : `Replace ${clashes.length} files?`,
        body: "Files of the same name are in this folder. They are replaced once each upload is complete.",
        action: "Replace",
        danger: true,
      }));
    if (!yes) return;
    uploads.add(chosen.map((file) => ({ name: file.name, path: at(file.name), file })));
    if (uploads.refused() > 0) toast.error(`${uploads.refused()} files were not taken: too many at once.`);
  }

  const dropHandlers = {
    onDragOver: (event: DragEvent) => {
      if (!mayMake() || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setDragging(true);
    },
    onDragLeave: (event: DragEvent & { currentTarget: HTMLElement }) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)))
        setDragging(false);
    },
    onDrop: (event: DragEvent) => {
      setDragging(false);
      if (!mayMake() || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      void upload(event.dataTransfer.files);
    },
  };

  return (
    <MasterDetail
      open={editing() !== null}
      master={
        <Page
          fixed
          title="Files"
          note={folder.state() === "ready" ? countText(folder.total()) : ""}
          actions={
            <>
              <SearchField label="Filter this folder" value={filter()} onInput={setFilter} />
              <IconButton
                label={hidden() ? "Hide hidden entries" : `Show hidden entries (${hiddenCount()})`}
                aria-pressed={hidden()}
                icon={hidden() ? <Eye size={15} /> : <EyeOff size={15} />}
                onClick={() => setHidden(!hidden())}
              />
              <Show when={mayChange()}>
                <IconButton
                  label="New file"
                  icon={<FilePlus size={15} />}
                  disabled={!folder.writable()}
                  onClick={askFile}
                />
                <IconButton
                  label="New folder"
                  icon={<FolderPlus size={15} />}
                  disabled={!folder.writable()}
                  onClick={askFolder}
                />
                <Button
                  variant="primary"
                  icon={<Upload size={14} />}
                  disabled={!folder.writable()}
                  onClick={() => picker?.click()}
                >
                  Upload
                </Button>
                <input
                  ref={picker}
                  type="file"
                  multiple
                  hidden
                  onChange={(event) => {
                    void upload(event.currentTarget.files);
                    event.currentTarget.value = "";
                  }}
                />
              </Show>
            </>
          }
        >
          <section class="files" aria-label="Folder" classList={{ "files-drop": dragging() }} {...dropHandlers}>
            <Breadcrumb path={props.path} onOpen={props.onOpenFolder} />
            <Show when={mayChange()}>
              <InterruptedSaves list={api.files.interruptedSaves} choose={api.files.chooseVersion} />
            </Show>
            <Show when={mayChange() && !folder.writable()}>
              <Callout tone="info" icon={<Lock size={15} />}>
                Read-only for the panel: its user may not make, rename or delete anything in this folder.
              </Callout>
            </Show>
            <Show when={otherDrafts().length > 0}>
              <Callout tone="info" icon={<PencilLine size={15} />}>
                <div class="row row-wrap">
                  <span>Unsaved text:</span>
                  <For each={otherDrafts()}>
                    {(path) => (
                      <Button size="sm" onClick={() => void edit(path)}>
                        {visibleName(path)}
                      </Button>
                    )}
                  </For>
                </div>
              </Callout>
            </Show>
            <Switch fallback={<Skeleton lines={10} />}>
              <Match when={folder.state() === "failed" && folder.entries().length === 0}>
                <ErrorState error={folder.error()} onRetry={() => void folder.refresh()} />
              </Match>
              <Match when={folder.state() !== "loading" && folder.entries().length === 0}>
                <EmptyState icon={<FolderOpen size={18} />} title="This folder is empty">
                  {mayMake() ? "Drop files here, or make a new one." : "Nothing is in it."}
                </EmptyState>
              </Match>
              <Match when={shown().length === 0 && folder.entries().length > 0}>
                <EmptyState
                  icon={<SearchX size={18} />}
                  title={filter() ? "Nothing matches" : "Only hidden entries"}
                  action={
                    <Button onClick={() => (filter() ? setFilter("") : setHidden(true))}>
                      {filter() ? "Clear the filter" : "Show them"}
                    </Button>
                  }
                >
                  {filter() ? `No name in this folder holds “${filter()}”.` : "Their names begin with a dot."}
                </EmptyState>
              </Match>
              <Match when={shown().length > 0}>
                <FileList
                  label={`Entries of ${props.path}`}
                  entries={shown()}
                  order={order().order}
                  descending={order().descending}
                  onSort={(next, descending) => setOrder({ order: next, descending })}
                  selected={editing()?.startsWith(at("")) ? (editing()?.slice(at("").length) ?? null) : null}
                  actions={{
                    open: (entry) => void open(entry),
                    download,
                    ...(mayChange() && { rename: askRename, remove: (entry: FileEntry) => void remove(entry) }),
                  }}
                />
              </Match>
            </Switch>
            <UploadList uploads={uploads} />
            <Show when={dragging()}>
              <div class="files-target" aria-hidden="true">
                <Upload size={20} />
                Drop to upload here
              </div>
            </Show>
          </section>
          <Show when={question()} keyed>
            {(asked) => <NameDialog {...asked} taken={taken} onClose={() => setQuestion(null)} />}
          </Show>
        </Page>
      }
      detail={
        <Show when={editing()} keyed>
          {(path) => (
            <EditorPane
              path={path}
              onClose={() => void edit(null)}
              onOpened={(keep) => {
                keepOpenText = keep;
              }}
            />
          )}
        </Show>
      }
    />
  );
}

const countText = (count: number): string => `${count.toLocaleString()} ${count === 1 ? "entry" : "entries"}`;
