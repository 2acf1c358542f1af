/** Sentences of errors that the client itself reports. */
export const watchMessages = {
  unreachable: (reason: string) => `The server cannot be reached: ${reason}.`,
  refused: (status: number) => `The server refuses the connection (status ${status}).`,
  noAnswer: "The server did not answer in time.",
  noKey: "The function that returns the API key failed.",
};
