/** Sentences about signing in to servers. `host`: name of the authorization server; `text`: one line of it. */
export const messages = {
  notRemote: "Only a server at an address asks for a sign-in.",
  hasHeader: "This server has an Authorization header of its own. Remove the header to sign in.",
  needsHttps: "Signing in needs https://, or an address on this machine: open the panel by https:// or by localhost.",
  serverNeedsHttps: "Signing in needs a server at https://: a token sent by http:// could be read on the way.",
  noMetadata: (why: string) => `The server does not say where to sign in (no protected resource metadata): ${why}`,
  notFound: "nothing is there.",
  oddMetadata: (status: number) => `the request for it was answered with ${status}, and with no metadata.`,
  otherResource: (resource: string) =>
    `The server's metadata is about another resource (${resource}). A token for it would not be meant for this server.`,
  otherScheme: (resource: string) =>
    `The server's metadata names it by another scheme (${resource}). The proxy in front of it does not pass on how it is reached (X-Forwarded-Proto): ask its operator.`,
  noServers: "The server's metadata names no authorization server.",
  noServerMetadata: (issuer: string) =>
    `${issuer} has no metadata of an authorization server (RFC 8414, OpenID discovery).`,
  invalidMetadata: (issuer: string) => `The metadata of ${issuer} is not valid.`,
  otherIssuer: (expected: string, given: string) =>
    `The authorization server names another issuer: ${given} instead of ${expected}. The sign-in was refused.`,
  issuerChanged: (before: string, now: string) =>
    `The server now names another authorization server: ${now} instead of ${before}. If that is right, sign out first, then sign in.`,
  issuerOfSecret: (before: string, now: string) =>
    `The server now names another authorization server: ${now} instead of ${before}. The client secret is sent to the first one only. If the change is right, enter the client secret again.`,
  noCode: (issuer: string) => `${issuer} does not offer the authorization code flow.`,
  noPkce: (issuer: string) =>
    `${issuer} does not say that it supports PKCE with S256, which MCP requires. Ask its operator to declare code_challenge_methods_supported.`,
  noRegistration: (issuer: string, redirectUri: string) =>
    `${issuer} does not register clients by itself. Register one there by hand, with the return address ${redirectUri}, then enter its client id (and secret) with the settings of this server.`,
  registrationRefused: (status: number, text: string) =>
    `The authorization server refused to register the panel (${status})${text === "" ? "" : `: ${text}`}. Register a client there by hand, and enter its client id.`,
  refused: (text: string) => `The authorization server refused: ${text}`,
  refusedByPerson: "The sign-in was cancelled at the authorization server.",
  oddResponse: (what: string) => `The authorization server answered the request for ${what} with something else.`,
  unreachable: (what: string) => `The request for ${what} failed.`,
  tokenType: (type: string) => `The authorization server gave a token of the type "${type}", which is not known here.`,
  notBegun: "This sign-in was not begun here, took too long, or was finished already: begin again.",
  otherCaller: "This sign-in was begun by another person or in another browser.",
  noLongerAllowed: "The session that began this sign-in has ended, or may not change servers any more.",
  serverGone: "The server was changed or removed during the sign-in: begin again.",
  oddReturn: "The authorization server sent the browser back without a code.",
  noAddress: "This is not the address that the authorization server sent the browser to.",
  again: (why: string) => `Sign in again: ${why}`,
  noRenewal: "the access token has ended, and the authorization server gave none to renew it.",
  renewalRefused: (text: string) => `the authorization server does not renew the access token (${text}).`,
  busy: (status: number) => `The authorization server answered ${status}.`,
  tokenRefused: "the server does not accept the access token.",
  notRenewed: (why: string) => `The access token could not be renewed: ${why}`,
  moreRights: (scope: string) =>
    `The server asks for more rights (${scope}) than the sign-in has. Sign in again to grant them.`,
  signedOut: "Signed out.",
  done: (server: string) => `You are signed in to ${server}.`,
  doneNote: "The panel connects to the server by itself. You can close this tab.",
  failed: "The sign-in failed.",
  back: "Back to the panel",
  getOnly: "This address takes GET only.",
} as const;

/** What a request to an authorization server is for. */
export const requests = {
  metadata: "its metadata",
  registration: "a registration",
  token: "an access token",
} as const;
