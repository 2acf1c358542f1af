import { PART_FAILED } from "../lib/part-failure.ts";

/** Texts about parts of the page that could not be loaded. */
export const partMessages = {
  failed: PART_FAILED,
  failedHint: "The connection may have been interrupted. A reload keeps drafts and the address.",
  panelHint: "The connection may have been interrupted, or the page is from before an update: try again, or reload it.",
  updated: "AI Desktop was updated",
  updatedHint: "This page is from before the update. A reload keeps drafts and the address.",
  tryAgain: "Try again",
  reload: "Reload",
} as const;
