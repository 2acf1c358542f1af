import type { FetchLike } from "@modelcontextprotocol/client";
import { AppError } from "../../../shared/server/errors.ts";
import { UpstreamError } from "../../../shared/server/upstream-error.ts";
import { messages, refusalSentence } from "./messages.ts";

/** Bytes that are read of a refusal, and the time limit. */
const MAX_REFUSAL_BYTES = 16 * 1024;
const REFUSAL_TIMEOUT_MS = 2_000;
const PROBE = "server/discover";

/** A response that is not one of an MCP server. The sentence has status and target, the cause the text of the server. */
export class HttpRefusal extends AppError {
  /** Status of the response. */
  readonly answered: number;

  constructor(sentence: string, answered: number, cause?: unknown) {
    super("upstream_unavailable", sentence, { cause });
    this.answered = answered;
  }
}

/** A person has to sign in at an authorization server. Trying again does not help. */
export class SignInRequired extends HttpRefusal {}

/** The server no longer knows the session: nothing was done, and a new handshake helps. */
export class SessionExpired extends HttpRefusal {}

const MAX_PLACE = 300;
/** The target of a request without its query, which may hold a key. A server may have named it, of any length. */
export const placeOf = ({ origin, pathname }: URL): string => {
  const place = `${origin}${pathname}`;
  return place.length > MAX_PLACE ? `${place.slice(0, MAX_PLACE)}…` : place;
};

export interface ExplainOptions {
  /** Of the old transport, which has no header of the session: whether 404 means that the session is over. */
  sessionEnds?(): boolean;
}

/**
 * Turns HTTP refusals into errors with a sentence. Passes on what the client of the protocol handles itself: responses to its
 * probe by older servers, redirects within the origin, and errors of newer revisions.
 *
 * @param mask Masks secrets in the text of the server.
 */
export function explainResponses(
  fetch: FetchLike,
  mask: (text: string) => string,
  { sessionEnds = () => false }: ExplainOptions = {},
): FetchLike {
  return async (target, init) => {
    const url = new URL(target);
    const response = await fetch(url, init);
    if (init?.method !== "POST") return response;
    const sent = new Headers(init.headers);
    const { status, headers } = response;
    const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    const refuse = async (Kind: typeof HttpRefusal, sentence: string) => {
      const words = await readRefusal(response, type);
      const cause = new UpstreamError([headers.get("www-authenticate") ?? "", words].filter(Boolean).join("\n"));
      cause.hide(mask);
      return new Kind(sentence, status, cause);
    };
    if (response.ok) {
      if (type !== "text/html") return response;
      throw await refuse(HttpRefusal, messages.response.webPage(status, placeOf(url)));
    }
    const location = status >= 300 && status < 400 ? locationOf(headers, url) : undefined;
    if (location) {
      if ((status === 307 || status === 308) && isFollowed(url, location)) return response;
      throw await refuse(HttpRefusal, redirectSentence(status, url, location));
    }
    const probes = sent.get("mcp-method") === PROBE;
    if (probes && status < 500 && status !== 401 && status !== 403) return response; // an older server
    if (status === 400 && sent.has("mcp-method")) return response; // holds an error of the protocol
    const hasSession = sent.has("mcp-session-id") || sessionEnds();
    if (!probes && hasSession && (status === 404 || status === 400)) {
      const error = await refuse(SessionExpired, messages.response.sessionOver(status, placeOf(url)));
      // Many servers send 400 where the protocol requires 404. Another bad request keeps its session.
      if (status === 404 || /session/i.test((error.cause as UpstreamError).message)) throw error;
      throw new HttpRefusal(sentenceOf(status, url, sent), status, error.cause);
    }
    throw await refuse(refusalKind(status, sent), sentenceOf(status, url, sent));
  };
}

/** The error of a refusal: without a header that was entered by hand, a sign-in may help. */
export const refusalKind = (status: number, sent: Headers): typeof HttpRefusal =>
  status === 401 && !sent.has("authorization") ? SignInRequired : HttpRefusal;

/** The client follows 307 and 308 within the origin by itself, with the same method, body and headers. */
const isFollowed = (from: URL, to: URL) => from.origin === to.origin && to.username === "" && to.password === "";

function locationOf(headers: Headers, from: URL): URL | undefined {
  const location = headers.get("location");
  return location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

function redirectSentence(status: number, from: URL, to: URL): string {
  const web = to.protocol === "http:" || to.protocol === "https:";
  const place = web ? placeOf(to) : messages.response.otherAddress(to.protocol.slice(0, 20));
  return messages.response.redirects(status, placeOf(from), place);
}

const sentenceOf = (status: number, url: URL, sent: Headers): string =>
  refusalSentence(status, placeOf(url), sent.has("authorization"));

/** The beginning of a refusal, without the tags of a web page. Reads what arrives within the time limit. */
export async function readRefusal(response: Response, type: string): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, REFUSAL_TIMEOUT_MS, undefined);
  });
  try {
    while (bytes < MAX_REFUSAL_BYTES) {
      const read = await Promise.race([reader.read(), late]);
      if (read?.value === undefined) break;
      parts.push(read.value);
      bytes += read.value.byteLength;
    }
  } catch {
    // The part that arrived is reported.
  }
  clearTimeout(timer);
  reader.cancel().catch(() => {});
  const words = Buffer.concat(parts).subarray(0, MAX_REFUSAL_BYTES).toString("utf8");
  return type === "text/html"
    ? words
        .replace(/<[^<>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim()
    : words;
}
