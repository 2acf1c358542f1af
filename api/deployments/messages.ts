/** Sentences of the routes and actions of PM2 processes. Each is shown to the caller as it stands. */
export const messages = {
  hiddenDaemon: "You are not allowed to see the processes of this user.",
  hidden: "You are not allowed to see this process.",
  ownProcess: "This is a part of the panel: it cannot be stopped, deleted, scaled or signalled from here.",
  otherId: "This is not the id of the name: `POST /process-list/preview` returns it.",
  rotationOff: "The panel does not rotate the logs of this process: turn it on first.",
  rotationLoses:
    "The file system of these logs needs a copy and a truncation, which can lose lines: allow this in the setting.",
  rotationReadOnly: "The panel may only look at the processes of this user.",
  rotatedByModule: "pm2-logrotate rotates these logs.",
  rotatedByRule: (rule: string) => `logrotate rotates these logs (${rule}).`,
  noLogs: "PM2 keeps no log of this process.",
  tooManyRotations: "The panel rotates the logs of 1,000 processes at most.",
} as const;
