import Eye from "lucide-solid/icons/eye";
import EyeOff from "lucide-solid/icons/eye-off";
import FilePlus from "lucide-solid/icons/file-plus";
import FolderPlus from "lucide-solid/icons/folder-plus";
import Upload from "lucide-solid/icons/upload";
import { Show } from "solid-js";
import { Button, IconButton, SearchField } from "../../../ui/index.ts";
import { folderMessages } from "../messages.ts";

export interface FolderToolbarProps {
  filter: string;
  onFilter: (filter: string) => void;
  /** Hidden entries are shown. */
  showsHidden: boolean;
  onShowHidden: (shows: boolean) => void;
  hiddenCount: number;
  mayChange: boolean;
  /** The panel's user can write to the folder. */
  writable: boolean;
  onNewFile: () => void;
  onNewFolder: () => void;
  onUpload: (files: FileList | null) => void;
}

/** Filter and actions above a folder. */
export function FolderToolbar(props: FolderToolbarProps) {
  let picker: HTMLInputElement | undefined;
  return (
    <>
      <SearchField label={folderMessages.filter} value={props.filter} onInput={props.onFilter} />
      <IconButton
        label={props.showsHidden ? folderMessages.hideHidden : folderMessages.showHidden(props.hiddenCount)}
        aria-pressed={props.showsHidden}
        icon={props.showsHidden ? <Eye size={15} /> : <EyeOff size={15} />}
        onClick={() => props.onShowHidden(!props.showsHidden)}
      />
      <Show when={props.mayChange}>
        <IconButton
          label={folderMessages.newFile}
          icon={<FilePlus size={15} />}
          disabled={!props.writable}
          onClick={props.onNewFile}
        />
        <IconButton
          label={folderMessages.newFolder}
          icon={<FolderPlus size={15} />}
          disabled={!props.writable}
          onClick={props.onNewFolder}
        />
        <Button
          variant="primary"
          icon={<Upload size={14} />}
          disabled={!props.writable}
          onClick={() => picker?.click()}
        >
          {folderMessages.upload}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            props.onUpload(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
      </Show>
    </>
  );
}
