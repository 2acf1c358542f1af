import { toSingleLine } from "../../../shared/logs/single-line.ts";

export const invalidTemplate = "This URI template is not valid.";

/** Sentences about responses of MCP servers. `place`: origin and path of a request; `text`: one line of the server. */
export const messages = {
  start: {
    ended: (why: string) => `The server did not come up: ${why}.`,
    refused: (text: string) => `The server refused the handshake: ${text}`,
    timeout: "The server did not answer the handshake in time.",
    notMcp: "The server did not answer as an MCP server does.",
    unknownRevision: (revision: string, known: string) =>
      `The server speaks revision "${revision}" of MCP, which is not known here (known are ${known}).`,
    invalid: (issues: readonly string[]) =>
      `The server's answer to the handshake ("initialize") is not valid: ${issues.join("; ")}.`,
  },
  call: {
    refused: (text: string) => `The server refused: ${text}`,
    timeout: (seconds: number) => `The server did not answer within ${seconds} s.`,
    endlessList: "The server's list of tools has no end.",
    tooManySubscriptions: (max: number) => `At most ${max} resources of a server can be followed.`,
    noSubscriptions: "The server does not offer subscriptions to resources.",
    noAnswer: "The server did not answer the call.",
  },
  response: {
    status: (status: number) => `The server answered ${status}.`,
    contentType: (type: string) => `The server answered with ${type}, not with a message of MCP.`,
    noContentType: "no type of content",
    invalid: (text: string) => `The server's answer is not valid: ${text}`,
    notMcp: "The server answered, but not with a message of MCP (JSON-RPC 2.0).",
    webPage: (status: number, place: string) =>
      `The server answered ${status} at ${place} with a web page (text/html): no MCP server is at this path.`,
    sessionOver: (status: number, place: string) => `The server answered ${status} at ${place}: the session is over.`,
    redirects: (status: number, place: string, target: string) =>
      `The server answered ${status} at ${place}: it redirects to ${target}, which is not followed. If that is the server you mean, register that address.`,
    tooDeep: "The response is nested too deeply.",
    otherAddress: (protocol: string) => `an address of ${protocol}`,
  },
  oldTransport: {
    ended: "its event stream ended",
    noStream: (status: number, place: string) =>
      `The server answered ${status} at ${place}: there is no event stream of the old transport (HTTP+SSE).`,
    noEndpoint: (place: string) =>
      `The server opened a stream at ${place}, but named no address for messages, as the old transport (HTTP+SSE) does.`,
    otherOrigin:
      "The server names an address for messages at another host or port. Messages are sent only to the registered one.",
  },
  result: {
    toolProblem: (issues: readonly string[]) => `The server describes this tool wrongly: ${issues.join("; ")}.`,
    tooDeep: "it is nested too deeply to be checked",
    entryProblem: (issues: readonly string[]) => `The server describes this entry wrongly: ${issues.join("; ")}.`,
    noParts: "The server's answer has no list of parts.",
    invalidPart: (number: number, kind: string | undefined) =>
      `Part ${number} of the server's answer${kind === undefined ? "" : ` of the kind "${toSingleLine(kind, 40)}"`} is not valid; it is shown as text.`,
    invalidStructure: "The structured content of the server's answer is no object; it is shown as text.",
    unknownOutcome: "The server does not say whether the call failed.",
  },
} as const;

/** The sentence of a refusal with a status. `authorized`: whether the request had an Authorization header. */
export function refusalSentence(status: number, place: string, authorized: boolean): string {
  return `The server answered ${status} at ${place}: ${refusalReason(status, authorized)}`;
}

function refusalReason(status: number, authorized: boolean): string {
  if (status === 401) {
    return authorized
      ? "it does not accept the Authorization header it was given."
      : "it asks for a sign-in. Sign in to it, or give it an Authorization header.";
  }
  if (status === 403) return "it refuses access with the headers it was given.";
  if (status === 404) return "there is nothing at this path.";
  if (status === 405) {
    return "it takes no messages there, and has no event stream of the older SSE transport. The address for messages is often /mcp.";
  }
  if (status === 429) return "it had too many requests.";
  if (status === 502 || status === 503 || status === 504) return "it is not ready, or a proxy cannot reach it.";
  if (status >= 500) return "it failed.";
  if (status >= 300 && status < 400) return "it redirects, without a usable address.";
  return "it refused the message.";
}
