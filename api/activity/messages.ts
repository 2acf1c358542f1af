/** Sentences of the routes and actions of the activity record. Each is shown to the caller as it stands. */
export const messages = {
  noSuchEntry: "There is no such entry, or it is no longer stored.",
  interrupted: "The server ended before the end of this was recorded: what was done until then stays.",
  cannotUndo: "This cannot be taken back, or no longer.",
  tooManySearches: "Too many searches are under way; try again in a moment.",
  notAllowed: "You are not allowed to do this.",
  serverEnded:
    "The server ended unexpectedly. Actions of the last second before it may be missing here; the audit trail has them.",
  lost: (count: number) =>
    count === 1
      ? "One entry could not be stored because the disk was full; the audit trail has it."
      : `${count} entries could not be stored because the disk was full; the audit trail has them.`,
} as const;
