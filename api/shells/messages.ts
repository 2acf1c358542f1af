/** Sentences of refusals about shells. */
export const messages = {
  containerStopped: "The container is not running.",
  noSuchShell: "There is no such shell.",
  tooManyOfCaller: (max: number) =>
    `${max} shells that you opened have not started: start one of them, or stop a container that holds some.`,
  tooMany: (max: number) => `${max} shells were opened and have not started; they end with their containers.`,
} as const;
