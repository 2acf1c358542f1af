/** Sentences of the routes and actions of PM2 processes. Each is shown to the caller as it stands. */
export const messages = {
  hiddenDaemon: "You are not allowed to see the processes of this user.",
  hidden: "You are not allowed to see this process.",
  ownProcess: "This is a part of the panel: it cannot be stopped, deleted, scaled or signalled from here.",
  otherId: "This is not the id of the name: `POST /process-list/preview` returns it.",
} as const;
