/** Sentences of the routes and actions of jobs. Each is shown to the caller as it stands. */
export const messages = {
  noSuchJob: "There is no such job.",
  notAllowed: "You are not allowed to do this.",
  over: "The job is over already.",
} as const;
