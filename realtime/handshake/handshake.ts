import type { IncomingMessage } from "node:http";
import { type HandshakeRequest, may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import { bearerToken } from "../../shared/server/emit-token.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import { hasOneHost, type OriginPolicy } from "../../shared/server/http/origin-policy.ts";
import type { Peers } from "../../shared/server/http/peer-address.ts";
import { cameByHttps } from "../../shared/server/http/request-scheme.ts";
import { hasSessionCookie } from "../../shared/server/http/session-cookie.ts";
import type { Authenticator } from "../deps.ts";
import type { RealtimeSocket } from "../namespaces/namespace.ts";
import type { Sockets } from "../sockets/sockets.ts";

export interface HandshakeDeps {
  authenticator: Authenticator;
  originPolicy: OriginPolicy;
  peers: Peers;
  sockets: Sockets;
  /** Time limit for a connection to join its first namespace, in milliseconds. */
  joinMs: number;
}

/** Result of the checks of a connection, stored with the request that opened it. */
export interface Admission {
  address: string;
  https: boolean;
  /** Undefined until the CONNECT packet, for a program that sends its key there. */
  answer?: Answer;
  /** To be called when the key has arrived: the connection no longer counts as unidentified. */
  meet?: () => void;
  leave: () => void;
}

/** A request to the API: its input, its time (of `performance.now()`), and its result. */
interface Answer {
  request: HandshakeRequest;
  askedAt: number;
  principal: Promise<Principal>;
}

const ask = (authenticator: Authenticator, request: HandshakeRequest): Answer => ({
  request,
  askedAt: performance.now(),
  principal: authenticator.authenticate(request),
});

const admissions = new WeakMap<IncomingMessage, Admission>();
export const admissionOf = (request: IncomingMessage) => admissions.get(request);

/** How a request reached the server. Node separates upgrades from other requests, whatever their query. */
export type RequestKind = "request" | "upgrade";

/**
 * Checks a polling request or a WebSocket upgrade before Engine.IO sees it: always Host and Origin, and for a handshake the
 * session or the key in the headers, before a sid or a 101 is sent. Without either, a program can send its key in the CONNECT
 * packet within {@link HandshakeDeps.joinMs}; until then it can do nothing else.
 * @throws AppError `misdirected_request`, `forbidden`, `unauthorized`, `rate_limited`, `method_not_allowed`
 */
export async function admit(request: IncomingMessage, deps: HandshakeDeps, kind: RequestKind): Promise<void> {
  const { host, cookie, authorization } = request.headers;
  if (!hasOneHost(request) || !deps.originPolicy.allowsHost(host)) {
    throw new AppError("misdirected_request", "This server does not serve that host name.");
  }
  const query = readQuery(request);
  // A script element of any page can read a JSONP response.
  if (Object.hasOwn(query, "j")) throw new AppError("forbidden", "JSONP is not supported.");
  if (request.method === "OPTIONS") return checkPreflight(request, deps.originPolicy);
  const token = bearerToken(authorization);
  if (token === undefined && /^bearer\b/i.test(authorization ?? ""))
    throw new AppError("unauthorized", "Log in first.");
  const hasSession = token === undefined && hasSessionCookie(cookie);
  // A browser never sends a key on its own: if there is one, it alone counts.
  if (token === undefined) checkOrigin(request, deps.originPolicy, hasSession, kind);
  if (query.sid) return;

  const address = deps.peers.addressOf(request);
  const https = cameByHttps(request, deps);
  const admission: Admission = { address, https, leave: deps.sockets.enter(address) };
  try {
    if (hasSession || token !== undefined) {
      const credentials = token === undefined ? { cookie } : { token };
      admission.answer = ask(deps.authenticator, { ...credentials, address, https });
      await admission.answer.principal;
    } else {
      const { leave } = admission;
      const meet = deps.sockets.enterUnidentified();
      admission.meet = meet;
      admission.leave = () => {
        meet();
        leave();
      };
    }
    admissions.set(request, admission);
  } catch (error) {
    admission.leave();
    throw error;
  }
}

/** Returns the parameters. Engine.IO accepts an empty `sid`, and the last of several; it gets what was checked here. */
function readQuery(request: IncomingMessage & { _query?: Record<string, string> }): Record<string, string> {
  const [, search = ""] = /^[^?#]*\?([^#]*)/.exec(request.url ?? "") ?? [];
  request._query = Object.fromEntries(new URLSearchParams(search));
  return request._query;
}

const foreignOrigin = () => new AppError("forbidden", "Pages of this origin may not connect.");

function checkPreflight({ headers }: IncomingMessage, policy: OriginPolicy): void {
  if (headers.origin === undefined || headers["access-control-request-method"] === undefined) {
    throw new AppError("method_not_allowed", "This method is not allowed here.");
  }
  if (!policy.allowsOrigin(headers.origin)) throw foreignOrigin();
}

/** Cookies are sent with requests of any page, so with cookies, the page must be listed. */
function checkOrigin(request: IncomingMessage, policy: OriginPolicy, hasSession: boolean, kind: RequestKind): void {
  const { origin, cookie } = request.headers;
  if (origin !== undefined) {
    if (cookie !== undefined && !policy.allowsOrigin(origin)) throw foreignOrigin();
    return;
  }
  if (!hasSession) return;
  // Browsers send Origin with every WebSocket handshake and POST, but not with a GET to the page's own origin.
  if (kind === "upgrade" || request.method !== "GET" || !isOwnPage(request)) {
    throw new AppError("forbidden", "A connection with a session must send its origin.");
  }
}

/**
 * Whether a GET without Origin can come from the panel's own page. Over plain http to an IP address, browsers send no
 * `Sec-Fetch-*` headers; there, the SameSite cookie and the missing CORS header keep other pages out.
 */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return !Object.keys(headers).some((name) => name.startsWith("sec-fetch-"));
}

/** Default of {@link HandshakeDeps.joinMs}. */
export const JOIN_MS = 5_000;

/** Namespace middleware: admits principals with the permission of the namespace, and binds the connection to the session. */
export function requirePermission(permission: Permission, deps: HandshakeDeps) {
  return (socket: RealtimeSocket, next: (error?: Error) => void): void => {
    identify(socket, deps)
      .then((principal) => {
        if (!may(principal, permission)) throw new AppError("forbidden", "You are not allowed to do this.");
        if (socket.conn.readyState !== "open") throw new AppError("gone", "The connection has ended.");
        deps.sockets.hold(socket.conn, principal);
        socket.data.principal = principal;
        socket.data.budget = deps.sockets.budgetOf(principal.sessionId);
        next();
      })
      .catch((thrown: unknown) => next(toConnectError(thrown)));
  };
}

/** Socket.IO sends `message` and `data` of the error to the client as `connect_error`. */
export function toConnectError(thrown: unknown): Error {
  const { message, code } = toAppError(thrown);
  return Object.assign(new Error(message), { data: { code, message } });
}

async function identify(socket: RealtimeSocket, deps: HandshakeDeps): Promise<Principal> {
  const admission = admissionOf(socket.request);
  if (!admission) throw new AppError("unauthorized", "Log in first.");
  const { address, https, answer: earlier } = admission;
  const key = readKey(socket);
  if (key === undefined && !earlier) throw new AppError("unauthorized", "Log in first.");
  // One request to the API per connection, even if it joins several namespaces at once.
  if (key !== undefined && key !== earlier?.request.token) {
    if (earlier?.request.token !== undefined || deps.sockets.holds(socket.conn)) {
      throw new AppError("conflict", "A connection has one session or key; open another connection for this key.");
    }
    askAgain(admission, { token: key, address, https }, deps);
  }
  for (let asked = 0; admission.answer && asked < MAX_ANSWERS; asked++) {
    const { answer } = admission;
    const known = await answer.principal;
    // Another namespace has sent a key in the meantime.
    if (admission.answer !== answer) continue;
    if (!deps.sockets.revokedSince(answer.askedAt, known)) {
      admission.meet?.();
      return known;
    }
    // A log-out or a change of role between the handshake and this packet found no socket to disconnect.
    askAgain(admission, answer.request, deps);
  }
  throw new AppError("unauthorized", "Log in first.");
}

/** Returns the API key of the CONNECT packet; undefined if there is none. @throws AppError `unauthorized` */
function readKey({ handshake }: RealtimeSocket): string | undefined {
  const token: unknown = handshake.auth.token;
  if (token === undefined || token === null) return undefined;
  if (typeof token !== "string" || token.length > 512) throw new AppError("unauthorized", "Log in first.");
  return token;
}

/** Requests to the API about one connection while its session is revoked repeatedly. */
const MAX_ANSWERS = 5;

function askAgain(admission: Admission, request: HandshakeRequest, { authenticator }: HandshakeDeps): void {
  const answer = ask(authenticator, request);
  admission.answer = answer;
  answer.principal.catch(() => {
    if (admission.answer === answer) admission.answer = undefined;
  });
}
