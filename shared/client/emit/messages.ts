/** Sentences of refusals and of entries in the log. */
export const messages = {
  invalidAddress: "The address of the realtime server (WS_SERVER_URL) is not valid.",
  noToken: "There is no emit token: set EMIT_TOKEN or EMIT_TOKEN_FILE.",
  invalidToken: "The emit token contains spaces or special characters.",
  unreadableToken: (code: string) => `The emit token cannot be read (${code}).`,
  proxy: (host: string) => `A proxy is set in the environment: add ${host} to NO_PROXY.`,
  invalidField: (field: string, reason: string) => `The field "${field}" is not valid: ${reason}.`,
  noJson: "The data cannot be written as JSON: it is cyclic or contains a BigInt.",
  noData: "The data is missing: undefined and functions are not JSON.",
  tooLarge: "The event is larger than 1 MiB.",
  closed: "The emitter is closed.",
  refusedWith: (status: number) => `The server at this address responds with ${status}.`,
  notARealtimeServer: (status: number) =>
    `The server at this address is not a realtime server: it responds with ${status}.`,
  unavailable: (status: number) => `The realtime server responds with ${status}.`,
  noResponse: "The realtime server does not respond.",
  timeout: (ms: number) => `There was no response within ${ms} ms.`,
  responseTooLarge: "The response is too large.",
} as const;
