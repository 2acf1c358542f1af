import { createSignal } from "solid-js";
import type { TextFile } from "../../../../../shared/protocol/file.ts";

export type EditedFile = Pick<TextFile, "content" | "size" | "etag" | "modifiedAt" | "encoding" | "readOnly">;

export interface WriteRequest {
  path: string;
  content: string;
  etag?: string;
  allowHardLinks?: boolean;
}

/** Unsaved text, and the version of the file it is based on. */
export interface TextDraft {
  content: string;
  etag: string;
}

/** Stores unsaved text beyond the life of the page. */
export interface DraftStore {
  read(): TextDraft | null;
  /** False when the text is not stored: leaving would lose it. */
  keep(draft: TextDraft): boolean;
  drop(): void;
}

export interface TextDocumentDeps {
  read(path: string): Promise<EditedFile>;
  write(body: WriteRequest): Promise<EditedFile>;
  /** Whether an error means that the file has changed since it was read. */
  isConflict(error: unknown): boolean;
  /** Asks to change a file with several hard links, when the error is about that. */
  confirmHardLinks?(error: unknown): Promise<boolean>;
  drafts?: DraftStore;
}

/** Time after the last change until the draft is stored, in milliseconds. */
const SETTLE_MS = 300;

/**
 * One text file in an editor: the version on the disk, the edited text, and conflicts between them.
 * Long because load, save, draft and conflict are transitions of the same state.
 */
export function createTextDocument(path: string, deps: TextDocumentDeps) {
  const { read, write, isConflict, confirmHardLinks, drafts } = deps;
  const [file, setFile] = createSignal<EditedFile | null>(null);
  const [content, setText] = createSignal("");
  const [error, setError] = createSignal<unknown>(null);
  const [saving, setSaving] = createSignal(false);
  const [conflict, setConflict] = createSignal(false);
  const [changedOnDisk, setChangedOnDisk] = createSignal(false);
  const [restored, setRestored] = createSignal(false);
  const dirty = () => file() !== null && content() !== file()?.content;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = false;

  /** Stores the draft immediately; false when it cannot be stored. */
  function flush(): boolean {
    clearTimeout(timer);
    const etag = file()?.etag;
    if (etag === undefined || !dirty()) {
      drafts?.drop();
      return true;
    }
    kept = drafts?.keep({ content: content(), etag }) ?? false;
    return kept;
  }

  function setContent(text: string) {
    if (text === content()) return;
    setText(text);
    if (!dirty()) setRestored(false);
    clearTimeout(timer);
    timer = setTimeout(flush, SETTLE_MS);
  }

  function take(next: EditedFile, text = next.content) {
    setFile(next);
    setText(text);
    setConflict(false);
    setChangedOnDisk(false);
    setRestored(false);
    setError(null);
  }

  /** Restores a draft, based on the version it was typed into. */
  function restore({ content: typed, etag }: TextDraft) {
    const now = file();
    if (now === null || typed === now.content) return drafts?.drop();
    // A save is rejected while the draft is based on another version than the one on the disk.
    if (etag !== now.etag) setFile({ ...now, etag });
    setText(typed);
    setChangedOnDisk(etag !== now.etag);
    setRestored(true);
  }

  async function readFile(): Promise<boolean> {
    try {
      take(await read(path));
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    }
  }

  /** While the disk is read or a save runs, changes are noted and checked afterwards. */
  let isChecking = false;
  let hasNotice = false;

  async function checkDisk(): Promise<void> {
    if (file() === null) return;
    hasNotice = true;
    if (isChecking || saving()) return;
    isChecking = true;
    while (hasNotice && !saving()) {
      hasNotice = false;
      const now = await read(path).catch(() => null);
      if (saving()) hasNotice = true;
      else if (now && now.etag !== file()?.etag) {
        if (dirty()) setChangedOnDisk(true);
        else take(now);
      }
    }
    isChecking = false;
  }

  async function store(etag: string | undefined, allowHardLinks = false): Promise<boolean> {
    const typed = content();
    setSaving(true);
    try {
      const saved = await write({ path, content: typed, etag, allowHardLinks: allowHardLinks || undefined });
      // Text typed during the request stays, as an unsaved change.
      take({ ...saved, content: typed }, content());
      flush();
      return true;
    } catch (problem) {
      if (isConflict(problem)) setConflict(true);
      else if (!allowHardLinks && (await confirmHardLinks?.(problem))) return await store(etag, true);
      else throw problem;
      return false;
    } finally {
      setSaving(false);
      if (hasNotice) void checkDisk();
    }
  }

  return {
    path,
    file,
    content,
    setContent,
    error,
    saving,
    dirty,
    /** A save was rejected because the file changed on the disk. */
    conflict,
    /** The file changed on the disk while there is unsaved text. */
    changedOnDisk,
    /** The text is a draft from an earlier visit. */
    restored,
    flush,
    /** Whether leaving the page loses nothing. */
    safe: () => !dirty() || flush(),
    /** Reads the file and restores a draft from an earlier visit. */
    async load(): Promise<void> {
      if (!(await readFile())) return;
      const draft = drafts?.read();
      if (draft && file()?.readOnly === null) restore(draft);
    },
    /** Reads the file again and drops unsaved text. */
    async discard(): Promise<void> {
      clearTimeout(timer);
      drafts?.drop();
      await readFile();
    },
    /** True when saved, false on a conflict or when the user declines. @throws any other error. */
    save: () => store(file()?.etag),
    /** Overwrites the file on the disk, or creates it when it no longer exists. */
    async overwrite(): Promise<boolean> {
      const now = await read(path).catch(() => null);
      return store(now?.etag);
    },
    /** Call when the disk changed: reads the file again, or reports the change when there is unsaved text. */
    noticeChange: checkDisk,
  };
}

export type TextDocument = ReturnType<typeof createTextDocument>;
