import { createSignal } from "solid-js";
import type { Finding, StackFile } from "../../../../../shared/protocol/stack.ts";
import { ApiFailure, api } from "../../../lib/api.ts";
import { confirmHardLinks } from "../../files/editor/hard-links.ts";
import { createTextDocument, type EditedFile } from "../../files/editor/text-document.ts";
import { textDraft } from "../../files/editor/text-drafts.ts";

/** One compose file of a stack in an editor, and the findings of the server. */
export function createStackDocument(name: string, index: number) {
  const [findings, setFindings] = createSignal<readonly Finding[]>([]);
  const [fileName, setFileName] = createSignal<string>();
  const toText = (file: StackFile): EditedFile => {
    setFileName(file.name);
    return toEdited(file);
  };
  const toEdited = (file: StackFile): EditedFile => ({
    content: file.content,
    size: file.content.length,
    etag: file.etag,
    modifiedAt: file.modifiedAt,
    encoding: "utf-8",
    readOnly: file.readOnly ? "permission" : null,
  });
  const document = createTextDocument("", {
    read: async () => toText(await api.stacks.readFile(name, index)),
    write: async ({ content, etag = "", allowHardLinks = false }) =>
      toText(await api.stacks.writeFile(name, { file: index, content, etag, allowHardLinks })),
    isConflict: (error) => error instanceof ApiFailure && error.code === "conflict",
    confirmHardLinks,
    drafts: textDraft(`stack:${name}:${index}`, ""),
  });
  void document.load();
  return {
    ...document,
    index,
    /** Path inside the stack's folder; undefined until the file is read. */
    name: fileName,
    findings,
    /** Has the server check a text. The findings stay until the next response. */
    async check(content: string): Promise<readonly Finding[]> {
      const found = await api.stacks.validate({ content, name });
      setFindings(found);
      return found;
    },
  };
}

export type StackDocument = ReturnType<typeof createStackDocument>;
