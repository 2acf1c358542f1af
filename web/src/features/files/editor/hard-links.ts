import { ApiFailure } from "../../../lib/api.ts";
import { confirm } from "../../../ui/index.ts";

/** When a save was refused because the file has several names: asks whether all of them may change. */
export async function confirmHardLinks(error: unknown): Promise<boolean> {
  if (!(error instanceof ApiFailure) || error.code !== "confirmation_required") return false;
  return confirm({ title: "Save under all its names?", body: error.message, action: "Save" });
}
