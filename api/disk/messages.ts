/** Sentences of disk previews and prunes. The reasons are shown beside an item that was not removed. */
export const messages = {
  tooManyPreviews: "Too many previews are being created; try again in a moment.",
  previewExpired: "This preview has expired: create a new one.",
  notInPreview: "An item is not part of the preview.",
  inUse: "It has come into use.",
  alreadyGone: "It no longer existed.",
  runsAgain: "It runs again.",
  namesChanged: "Its names have changed.",
  usedByContainer: "A container uses it now.",
  recreated: "It was recreated.",
} as const;
