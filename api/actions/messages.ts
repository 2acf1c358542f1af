/** Sentences of refusals that follow from the options of an action. */
export const messages = {
  tooSlow: "The action took too long and was stopped.",
  encodedBody: "An upload must be sent without a content encoding.",
  invalidKey: (max: number) => `The Idempotency-Key must have 1 to ${max} characters.`,
  keyOfAnother: "This Idempotency-Key belongs to another request.",
  firstStillRuns: "The first request with this key is still running.",
  tooManyKeys: "Too many requests with an Idempotency-Key are running.",
  unreadQuery: "This takes no parameters in the address.",
  unreadBody: "This takes no body, or an empty object.",
  scopeChanged: "Your scope has changed in the meantime: try again.",
} as const;
