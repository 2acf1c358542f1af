import { PART_FAILED } from "../lib/part-failure.ts";

/** Texts of the components that every page uses. */
export const uiMessages = {
  cancel: "Cancel",
  close: "Close",
  backToList: "Back to the list",
  notifications: "Notifications",
  rowActions: "Actions of the row",
  dismiss: "Dismiss",
  confirmTyping: (text: string) => `Type ${text} to confirm`,
  failed: "Could not be loaded",
  failedOne: (title: string) => `${title} could not be loaded`,
  tryAgain: "Try again",
  loading: "Loading",
  timeKeys: "arrow keys move the line, with Shift they select a period, Enter shows it",
} as const;

export const partMessages = {
  failed: PART_FAILED,
  failedHint: "The connection may have been interrupted. A reload keeps drafts and the address.",
  panelHint: "The connection may have been interrupted, or the page is from before an update: try again, or reload it.",
  updated: "AI Desktop was updated",
  updatedHint: "This page is from before the update. A reload keeps drafts and the address.",
  tryAgain: "Try again",
  reload: "Reload",
} as const;

export const draftMessages = {
  restored: "Unsaved draft restored.",
  outdated: " The saved version has changed since: saving overwrites it.",
  without: (fields: string) => ` Drafts leave out ${fields}.`,
  discard: "Discard draft",
  noRoom: "There is no room for a draft in this tab: if you leave this form, what you typed is lost.",
} as const;
