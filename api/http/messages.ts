/** Sentences of the guard and of what reads a request. */
export const messages = {
  forbidden: "You are not allowed to do this.",
  proxied: "This route cannot be reached through a proxy.",
  noSuchRoute: "There is no such route.",
  noSuchFile: "There is no such file.",
  wrongHost: "This server does not serve that host name.",
  wrongMethod: "This method is not allowed here.",
  foreignPage:
    "Requests from this page are not allowed. If it is the panel's own address, add it to PUBLIC_ORIGIN in the settings of the server.",
  jsonOnly: "The body must be JSON, sent as application/json.",
  utf8Only: "The JSON of the body must be encoded in UTF-8.",
  uncompressedOnly: "The body must be sent without compression.",
  notUtf8: "The body is not valid UTF-8.",
  badEscape: "The address must be escaped in UTF-8.",
  endedEarly: "The request ended early.",
  ambiguousJson: (fault: string) => `The JSON of the request ${fault}.`,
  tooManyRequests: "Too many requests; wait a moment.",
  tooLarge: "The request is too large.",
} as const;
