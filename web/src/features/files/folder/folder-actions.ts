import { type Accessor, createSignal } from "solid-js";
import type { FileEntry } from "../../../../../shared/protocol/file.ts";
import { api } from "../../../lib/api.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { confirm, toast } from "../../../ui/index.ts";
import { joinPath } from "../file-path.ts";
import { entryMessages, folderMessages } from "../messages.ts";
import { opensInPage } from "./file-type.ts";
import type { Folder } from "./folder.ts";
import type { NameDialogProps } from "./NameDialog.tsx";

/** A prompt for a name, such as that of a new folder. */
export type NamePrompt = Omit<NameDialogProps, "onClose" | "taken">;

export interface FolderActionsDeps {
  path: Accessor<string>;
  folder: Pick<Folder, "refresh">;
  /** Path of the file in the editor; null without one. */
  editing: Accessor<string | null>;
  /** Opens a file in the editor, or closes it; asks first when text would be lost. */
  edit: (path: string | null) => void;
  /** Changes the path of the open file without asking: it was renamed or deleted. */
  setEditing: (path: string | null) => void;
  onOpenFolder: (path: string) => void;
}

/** Actions on the entries of a folder. */
export function createFolderActions(deps: FolderActionsDeps) {
  const { folder, editing, edit, setEditing } = deps;
  const [prompt, setPrompt] = createSignal<NamePrompt | null>(null);
  const at = (name: string) => joinPath(deps.path(), name);

  function download(entry: FileEntry): void {
    const link = document.createElement("a");
    link.href = api.files.downloadUrl(at(entry.name));
    link.download = entry.name;
    link.click();
  }

  function open(entry: FileEntry): void {
    if (entry.kind === "directory") deps.onOpenFolder(at(entry.name));
    else if (opensInPage(entry)) edit(at(entry.name));
    else if (entry.kind === "file") download(entry);
    else toast.info(folderMessages.cannotOpen);
  }

  async function remove(entry: FileEntry): Promise<void> {
    const name = visibleName(entry.name);
    const isFolder = entry.kind === "directory";
    const yes = await confirm({
      title: entryMessages.deleteTitle(name),
      body: isFolder ? entryMessages.deleteFolderHint(name) : entryMessages.deleteFileHint(name),
      action: isFolder ? entryMessages.deleteFolder : entryMessages.deleteFile,
      danger: true,
    });
    if (!yes) return;
    try {
      await api.files.remove(at(entry.name));
      if (editing() === at(entry.name)) setEditing(null);
      toast.success(entryMessages.deleted(name));
    } catch (error) {
      toast.error(error);
    }
    await folder.refresh();
  }

  return {
    open,
    download,
    remove,
    /** The open prompt; null without one. */
    prompt,
    closePrompt: () => setPrompt(null),
    promptRename: (entry: FileEntry) =>
      setPrompt({
        title: entryMessages.renameTitle(visibleName(entry.name)),
        action: entryMessages.rename,
        initial: entry.name,
        onName: async (name) => {
          await api.files.rename(at(entry.name), at(name));
          if (editing() === at(entry.name)) setEditing(at(name));
          await folder.refresh();
        },
      }),
    promptFolder: () =>
      setPrompt({
        title: folderMessages.newFolder,
        action: folderMessages.createFolder,
        initial: "",
        onName: async (name) => {
          await api.files.makeFolder(at(name));
          await folder.refresh();
        },
      }),
    promptFile: () =>
      setPrompt({
        title: folderMessages.newFile,
        action: folderMessages.createFile,
        initial: "",
        onName: async (name) => {
          await api.files.writeText({ path: at(name), content: "" });
          await folder.refresh();
          edit(at(name));
        },
      }),
  };
}
