import { ApiFailure } from "../../../lib/api.ts";
import { confirm } from "../../../ui/index.ts";
import { editorMessages } from "../messages.ts";

/** Asks to save a file with several names (hard links). False for any other error. */
export async function confirmHardLinks(error: unknown): Promise<boolean> {
  if (!(error instanceof ApiFailure) || error.code !== "confirmation_required") return false;
  return confirm({ title: editorMessages.hardLinksTitle, body: error.message, action: editorMessages.save });
}
