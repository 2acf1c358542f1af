import { drafts } from "../../../lib/drafts.ts";
import { isSecret } from "./secret-file.ts";
import type { DraftStore, TextDraft } from "./text-document.ts";

const FILES = "file:";

/** The draft of one text, stored under a name. Nothing is stored when `path` or the text suggests a secret. */
export function textDraft(name: string, path: string): DraftStore {
  return {
    read: () => drafts.read<TextDraft>(name)?.value ?? null,
    keep: (draft) => {
      if (!isSecret(path, draft.content)) return drafts.keep(name, draft);
      drafts.drop(name);
      return false;
    },
    drop: () => drafts.drop(name),
  };
}

export const fileDraft = (path: string): DraftStore => textDraft(FILES + path, path);

/** Paths of files with unsaved text. */
export const draftedFiles = (): string[] => drafts.names(FILES).map((name) => name.slice(FILES.length));
