/** Sentences of the routes and actions of PM2 processes. Each is shown to the caller as it stands. */
export const messages = {
  hidden: "You are not allowed to see this process.",
  ownProcess: "This is a part of the panel: it cannot be stopped, deleted, scaled or signalled from here.",
  noSuchProcess: "PM2 has no process with this name.",
} as const;
