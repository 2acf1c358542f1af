/** Sentences about a process to create. Each is shown to the caller as it stands. */
export const createMessages = {
  folderMissing: "The working directory does not exist.",
  noFolder: "The working directory is not a folder.",
  folderDenied: (user: string) => `The user ${user} may not open the working directory.`,
  scriptMissing: "No such file, and no such command.",
  scriptIsLine: "No such file, and no such command. Arguments and variables go into fields of their own.",
  scriptIsFolder: "This is a folder, not a script.",
  scriptNoFile: "This is not a regular file.",
  scriptDenied: (user: string) => `The user ${user} may not read this file.`,
  notExecutable: "This file is not executable: choose an interpreter, or make it executable.",
  chooseInterpreter: "Its ending names no interpreter, and it is not executable: choose an interpreter.",
  interpreterMissing: (name: string) =>
    `${name} was not found for this user. If it is in a folder of the user, enter its path.`,
  interpreterNotExecutable: "There is no program with this path that the user may run.",
  typeScript:
    "TypeScript needs Node.js 22.18 or later, Bun or Deno, and none was found. If one is in a folder of the user, enter its path.",
  clusterNeedsNode: "Cluster mode is for Node.js only.",
  noInterpreterForOptions: "A program without an interpreter takes no options of one: put them into the arguments.",
  cronUnreadable: "Not a cron pattern: five or six fields, such as 0 3 * * * for every day at 3:00.",
  cronNever: "This pattern never comes.",
  cronSeconds: "The cron pattern has six fields: its first one is seconds.",
  otherUser: (user: string) =>
    `It runs as ${user}. What the panel cannot look at, such as folders of that user, is found wrong only when it starts.`,
  task: "It runs, ends, and runs again at the times of the cron pattern.",
  clusterNote:
    "In cluster mode PM2's daemon runs the app with its own Node.js and passes on its own environment, and the daemon listens on the ports.",
  forkNodeInstances:
    "In fork mode each instance is a process of its own: give each its own port, by NODE_APP_INSTANCE, or use cluster mode.",
  forkInstances: "Each instance is a process of its own: give each its own port, by NODE_APP_INSTANCE.",
  taken: "PM2 has a process with this name.",
  ownName: "This name is reserved for a part of the panel.",
  panelAbsent: "PM2's daemon does not run. It can be started with the process.",
  oldDaemon: (version: string) => `PM2's daemon has the version ${version}; creating needs PM2 5 or later.`,
  cannotStartDaemon: "PM2's daemon could not be started.",
  noProgram: "PM2 could not run the program.",
  ended: (code: number | null) =>
    code === null
      ? "It ended within a second, and was removed again."
      : `It ended with exit code ${code} within a second, and was removed again.`,
  endedWell:
    "It ended with exit code 0 within a second, and was removed again. Turn off “Start again when it ends” for a task that ends.",
  notUp: "PM2 did not report it as running in time, and it was removed again.",
  overMemory: (used: number, limit: number) =>
    `It uses ${used} MiB already, more than its limit of ${limit} MiB: PM2 will restart it again and again.`,
} as const;
