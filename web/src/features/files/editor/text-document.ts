import { createSignal } from "solid-js";
import type { TextFile } from "../../../../../shared/protocol/file.ts";

export type EditedFile = Pick<TextFile, "content" | "size" | "etag" | "modifiedAt" | "encoding" | "readOnly">;

export interface WriteRequest {
  path: string;
  content: string;
  etag?: string;
  allowHardLinks?: boolean;
}

/** What was typed, and the version of the file it was typed into. */
export interface TextDraft {
  content: string;
  etag: string;
}

/** Where unsaved text outlives the page. */
export interface DraftStore {
  read(): TextDraft | null;
  /** False when it is not kept: then leaving loses it. */
  keep(draft: TextDraft): boolean;
  drop(): void;
}

export interface TextDocumentDeps {
  read(path: string): Promise<EditedFile>;
  write(body: WriteRequest): Promise<EditedFile>;
  /** Whether a refusal means that the file changed meanwhile. */
  isConflict(error: unknown): boolean;
  /** Asks whether all names of a file with several hard links may change, when that is what a refusal is about. */
  confirmHardLinks?(error: unknown): Promise<boolean>;
  drafts?: DraftStore;
}

/** Milliseconds after the last change until the draft is kept. */
const SETTLE_MS = 300;

/** One text file being edited: what the disk held, what was typed, and what to do when both changed. */
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

  /** Keeps what was typed at once. */
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

  /** Goes on with what was typed earlier, against the version it was typed into. */
  function restore({ content: typed, etag }: TextDraft) {
    const now = file();
    if (now === null || typed === now.content) return drafts?.drop();
    // A save is refused as long as the version of the draft is not the disk's.
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

  /** A look at the disk, or a save, is under way: what is noticed meanwhile is looked at after it. */
  let isLooking = false;
  let isNoticed = false;

  async function look(): Promise<void> {
    if (file() === null) return;
    isNoticed = true;
    if (isLooking || saving()) return;
    isLooking = true;
    while (isNoticed && !saving()) {
      isNoticed = false;
      const now = await read(path).catch(() => null);
      if (saving()) isNoticed = true;
      else if (now && now.etag !== file()?.etag) {
        if (dirty()) setChangedOnDisk(true);
        else take(now);
      }
    }
    isLooking = false;
  }

  async function store(etag: string | undefined, allowHardLinks = false): Promise<boolean> {
    const typed = content();
    setSaving(true);
    try {
      const links = allowHardLinks && { allowHardLinks };
      const saved = await write({ path, content: typed, ...(etag !== undefined && { etag }), ...links });
      // What was typed while the answer was on its way stays, and is unsaved again.
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
      if (isNoticed) void look();
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
    /** The file changed on the disk since it was read: saving was refused. */
    conflict,
    /** The disk was seen to change while nothing was typed yet, or while something was. */
    changedOnDisk,
    /** The text shown was typed at an earlier visit. */
    restored,
    flush,
    /** Whether leaving the page loses nothing. */
    safe: () => !dirty() || flush(),
    /** Reads the file, and goes on with what was typed at an earlier visit. */
    async load(): Promise<void> {
      if (!(await readFile())) return;
      const draft = drafts?.read();
      if (draft && file()?.readOnly === null) restore(draft);
    },
    /** Reads the file anew and drops what was typed. */
    async discard(): Promise<void> {
      clearTimeout(timer);
      drafts?.drop();
      await readFile();
    },
    /** True when saved, false on a conflict or when the person stepped back; any other refusal is thrown. */
    save: () => store(file()?.etag),
    /** Writes over whatever the disk holds now, or makes the file anew if it is gone. */
    async overwrite(): Promise<boolean> {
      const now = await read(path).catch(() => null);
      return store(now?.etag);
    },
    /** Tells that the disk changed: reads the file again if nothing was typed, and says so otherwise. */
    noticeChange: look,
  };
}

export type TextDocument = ReturnType<typeof createTextDocument>;
