/** Sentences of the settings. */
export const messages = {
  noSuchSetting: "There is no such setting.",
  changedMeanwhile: "This setting has been changed in the meantime: load it again.",
  setByEnvironment: (name: string) => `${name} is set in the environment of the server, which takes precedence.`,
  outOfRange: (min: number, max: number, whole: boolean) =>
    `The value must be a${whole ? " whole" : ""} number from ${min} to ${max}.`,
  entry: (position: number, problem: string) => `Entry ${position}: ${problem}`,
  twice: (position: number) => `Entry ${position} is in the list twice.`,
  tooMany: (max: number) => `A list can have at most ${max} entries.`,
  nothingToUndo: "There is no change to undo.",
} as const;
