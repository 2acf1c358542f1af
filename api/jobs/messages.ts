/** Sentences of the routes and actions of jobs. Each is shown to the caller as it stands. */
export const messages = {
  noSuchJob: "There is no such job.",
  notAllowed: "You are not allowed to do this.",
  alreadyEnded: "The job has already ended.",
  underWay: "Another action on this is under way; wait for it to end.",
  tooMany: "Too many actions are under way; wait for one to end.",
  stopping: "The server is stopping.",
  cancelled: "It was cancelled.",
  rightLost: "The user or key that started this no longer has the right to it.",
} as const;
