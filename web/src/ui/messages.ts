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

export const draftMessages = {
  restored: "Unsaved draft restored.",
  outdated: " The saved version has changed since: saving overwrites it.",
  without: (fields: string) => ` Drafts leave out ${fields}.`,
  discard: "Discard draft",
  noRoom: "There is no room for a draft in this tab: if you leave this form, what you typed is lost.",
} as const;
