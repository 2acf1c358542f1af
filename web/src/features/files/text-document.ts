import { createSignal } from "solid-js";
import type { TextFile } from "../../../../shared/protocol/file.ts";

export type EditedFile = Pick<TextFile, "content" | "size" | "etag" | "modifiedAt" | "encoding" | "readOnly">;

export interface TextDocumentDeps {
  read(path: string): Promise<EditedFile>;
  write(body: { path: string; content: string; etag?: string }): Promise<EditedFile>;
  /** Whether a refusal means that the file changed meanwhile. */
  isConflict(error: unknown): boolean;
}

/** One text file being edited: what the disk held, what was typed, and what to do when both changed. */
export function createTextDocument(path: string, { read, write, isConflict }: TextDocumentDeps) {
  const [file, setFile] = createSignal<EditedFile | null>(null);
  const [content, setContent] = createSignal("");
  const [error, setError] = createSignal<unknown>(null);
  const [saving, setSaving] = createSignal(false);
  const [conflict, setConflict] = createSignal(false);
  const [changedOnDisk, setChangedOnDisk] = createSignal(false);
  const dirty = () => file() !== null && content() !== file()?.content;

  function take(next: EditedFile, text = next.content) {
    setFile(next);
    setContent(text);
    setConflict(false);
    setChangedOnDisk(false);
    setError(null);
  }

  /** Reads the file anew and drops what was typed. */
  async function load(): Promise<void> {
    try {
      take(await read(path));
    } catch (problem) {
      setError(problem);
    }
  }

  async function store(etag: string | undefined): Promise<boolean> {
    const typed = content();
    setSaving(true);
    try {
      const saved = await write({ path, content: typed, ...(etag !== undefined && { etag }) });
      // What was typed while the answer was on its way stays, and is unsaved again.
      take({ ...saved, content: typed }, content());
      return true;
    } catch (problem) {
      if (isConflict(problem)) setConflict(true);
      else throw problem;
      return false;
    } finally {
      setSaving(false);
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
    load,
    /** True when saved, false on a conflict; any other refusal is thrown. */
    save: () => store(file()?.etag),
    /** Writes over whatever the disk holds now, or makes the file anew if it is gone. */
    async overwrite(): Promise<boolean> {
      const now = await read(path).catch(() => null);
      return store(now?.etag);
    },
    /** Tells that the disk changed: reads the file again if nothing was typed, and says so otherwise. */
    async noticeChange(): Promise<void> {
      if (saving() || file() === null) return;
      const now = await read(path).catch(() => null);
      if (!now || saving() || now.etag === file()?.etag) return;
      if (dirty()) setChangedOnDisk(true);
      else take(now);
    },
  };
}

export type TextDocument = ReturnType<typeof createTextDocument>;
