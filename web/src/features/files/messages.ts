import { formatCount } from "../../lib/format.ts";

/** Texts of the file pages. */

export const folderMessages = {
  title: "Files",
  countEntries: (count: number) => `${formatCount(count)} ${count === 1 ? "entry" : "entries"}`,
  filter: "Filter this folder",
  hideHidden: "Hide hidden entries",
  showHidden: (count: number) => `Show hidden entries (${count})`,
  newFile: "New file",
  createFile: "Create file",
  newFolder: "New folder",
  createFolder: "Create folder",
  upload: "Upload",
  dropHere: "Drop to upload here",
  folder: "Folder",
  root: "Files",
  rootHint: "The folder of this server that Files shows",
  hiddenNote: (count: number) =>
    count === 1 ? "1 hidden entry is not shown." : `${count} hidden entries are not shown.`,
  entriesOf: (path: string) => `Entries of ${path}`,
  readOnly: "Read-only for the panel: its user cannot create, rename or delete anything in this folder.",
  unsaved: "Unsaved text:",
  empty: "This folder is empty",
  emptyHint: "Drop files here, or create a new one.",
  emptyReadOnly: "It has no entries.",
  nothingMatches: "No matching names",
  nothingMatchesHint: (filter: string) => `No name in this folder contains “${filter}”.`,
  clearFilter: "Clear the filter",
  onlyHidden: "Only hidden entries",
  onlyHiddenHint: "Their names start with a dot.",
  show: "Show them",
  cannotOpen: "Only files and folders can be opened here.",
};

export const entryMessages = {
  columns: { name: "Name", size: "Size", modified: "Changed" },
  mode: "Mode",
  sortBy: (title: string, direction: "ascending" | "descending" | null) =>
    `Sort by ${title.toLowerCase()}${direction ? `, ${direction} now` : ""}`,
  actionsFor: (name: string) => `Actions for ${name}`,
  download: "Download",
  rename: "Rename",
  renameTitle: (name: string) => `Rename ${name}`,
  delete: "Delete",
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteFolder: "Delete folder",
  deleteFile: "Delete file",
  deleteFolderHint: (name: string) =>
    `The folder ${name} and everything in it are deleted from the disk. This cannot be undone.`,
  deleteFileHint: (name: string) => `${name} is deleted from the disk. This cannot be undone.`,
  deleted: (name: string) => `${name} deleted`,
  noPermission: "The panel has no permission",
};

export const nameMessages = {
  label: "Name",
  missing: "Enter a name",
  reserved: "This name is reserved",
  slash: "A name cannot contain a slash",
  invalidCharacter: "A name cannot contain this character",
  tooLong: "This name is too long",
  taken: "This name is taken",
};

export const uploadMessages = {
  title: "Uploads",
  progress: (isActive: boolean, done: number, total: number) =>
    `${isActive ? "Uploading" : "Uploaded"} ${done} of ${total}`,
  clear: "Clear",
  cancelled: "Cancelled",
  meter: (name: string) => `Upload of ${name}`,
  cancel: (name: string) => `Cancel upload of ${name}`,
  replaceOne: (name: string) => `Replace ${name}?`,
  replaceMany: (count: number) => `Replace ${count} files?`,
  replaceHint: "This folder contains files with the same names. Each is replaced when its upload is complete.",
  replace: "Replace",
  tooMany: (count: number) => `${count} files were not added: too many uploads at once.`,
};

export const editorMessages = {
  leaveByKeys: "Press Escape, then Tab to leave the editor.",
  textOf: (name: string) => `Text of ${name}`,
  notSaved: "Not saved",
  changed: (date: string) => `changed ${date}`,
  downloadFile: (name: string) => `Download ${name}`,
  download: "Download",
  save: "Save",
  saved: (name: string) => `${name} saved`,
  discard: "Discard",
  discardChanges: "Discard changes",
  discardTitle: "Discard your changes?",
  discardHint: "The file is read from the disk again.",
  restored: "This is unsaved text from an earlier visit, not the content of the file.",
  conflict: "This file changed on the disk since you opened it, so it was not saved.",
  changedOnDisk: "This file changed on the disk since you started typing.",
  reload: "Reload from disk",
  overwrite: "Overwrite",
  readOnly: {
    permission: "Read-only: the panel's user cannot write to this file.",
    encoding: "Read-only: the text is neither UTF-8 nor UTF-16. It is shown as ISO-8859-1, so letters may be wrong.",
  },
  encodings: { "utf-8": "", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE", "iso-8859-1": "unknown encoding" },
  mixedLineEnds: "mixed line ends",
  leaveTitle: "Leave without saving?",
  leaveHint: "This text cannot be kept as a draft: your changes since the last save are lost.",
  leave: "Leave",
  hardLinksTitle: "Save under all its names?",
};

export const interruptedSaveMessages = {
  title: "Interrupted saves",
  interruptedOn: (date: string) => ` was interrupted on ${date}. `,
  states: {
    before: "The file still has its old content.",
    mixed: "The file may have a mix of its old and its new content.",
    missing: "The file no longer exists.",
  },
  restore: (size: string) => `Restore the previous version (${size})`,
  useNew: (size: string) => `Use the new version (${size})`,
  keep: "Keep the file as it is",
  kept: "Kept as it is",
  restored: (path: string) => `${path} restored`,
};

/** Headings, field labels and buttons. */
export const fileLabels = {
  cancel: "Cancel",
} as const;

/** Lines of the command palette. */
export const commandMessages = { group: "File" } as const;

export const pictureMessages = {
  pixels: (width: number, height: number) => `${width.toLocaleString()} × ${height.toLocaleString()} pixels`,
  asText: "Show as text",
  notShown: "This picture is not shown",
  refusals: {
    "file-too-large": "The file is larger than 16 MiB. It can be downloaded.",
    "too-many-pixels": "It has more than 64 million pixels. It can be downloaded.",
    "no-picture":
      "The content is no picture of a type that is shown: PNG, JPEG, GIF, WebP, AVIF, SVG. It can be downloaded.",
    broken: "The browser cannot decode it. It can be downloaded.",
  },
};
