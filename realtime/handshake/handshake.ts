import type { IncomingMessage } from "node:http";
import { type HandshakeRequest, may, type Permission, type Principal } from "../../shared/protocol/access.ts";
import { bearerToken } from "../../shared/server/emit-token.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import { hasOneHost, type OriginPolicy } from "../../shared/server/origin-policy.ts";
import type { Peers } from "../../shared/server/peer-address.ts";
import { cameByHttps } from "../../shared/server/request-scheme.ts";
import { hasSessionCookie } from "../../shared/server/session-cookie.ts";
import type { Authenticator } from "../deps.ts";
import type { RealtimeSocket } from "../namespaces/namespace.ts";
import type { Sockets } from "../sockets/sockets.ts";

export interface HandshakeDeps {
  authenticator: Authenticator;
  originPolicy: OriginPolicy;
  peers: Peers;
  sockets: Sockets;
}

/** What the gate found out about a connection, kept with the request that opened it. */
export interface Admission {
  address: string;
  https: boolean;
  /** Absent until the first CONNECT packet of a program that sends its key there. */
  answer?: Answer;
  /** The key has come: no stranger any more. */
  meet?: () => void;
  leave: () => void;
}

/** What the API was asked, when (of `performance.now()`), and what it says. */
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

/** How a request reached the server: Node tells upgrades apart from all others, whatever their query says. */
export type RequestKind = "request" | "upgrade";

/**
 * Checks a polling request or a WebSocket upgrade before Engine.IO sees it: Host and Origin always, and on a handshake
 * the session or the key of the header, before there is a sid or a 101. Without either, a program may continue to send its
 * key in the CONNECT packet; until then it can do nothing, and it has {@link connectTimeout} for it.
 * @throws AppError `misdirected_request`, `forbidden`, `unauthorized`, `rate_limited`, `method_not_allowed`.
 */
export async function admit(request: IncomingMessage, deps: HandshakeDeps, kind: RequestKind): Promise<void> {
  const { host, cookie, authorization } = request.headers;
  if (!hasOneHost(request) || !deps.originPolicy.allowsHost(host)) {
    throw new AppError("misdirected_request", "This server does not serve that host name.");
  }
  const query = readQuery(request);
  // A script element of any page can read such an answer.
  if (query.has("j")) throw new AppError("forbidden", "JSONP is not supported.");
  if (request.method === "OPTIONS") return checkPreflight(request, deps.originPolicy);
  const token = bearerToken(authorization);
  if (token === undefined && /^bearer\b/i.test(authorization ?? ""))
    throw new AppError("unauthorized", "Log in first.");
  const hasSession = token === undefined && hasSessionCookie(cookie);
  // A key is sent on purpose, never by a browser on its own: where there is one, it alone counts.
  if (token === undefined) checkOrigin(request, deps.originPolicy, hasSession, kind);
  if (query.get("sid")) return;

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
      const meet = deps.sockets.enterStranger();
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

/** Engine.IO takes an empty `sid`, and the last of several, as we do here: it is given what we have read. */
function readQuery(request: IncomingMessage & { _query?: Record<string, string> }): Map<string, string> {
  const query = new Map(new URL(request.url ?? "/", "http://localhost").searchParams);
  request._query = Object.fromEntries(query);
  return query;
}

const foreignOrigin = () => new AppError("forbidden", "Pages of this origin may not connect.");

function checkPreflight({ headers }: IncomingMessage, policy: OriginPolicy): void {
  if (headers.origin === undefined || headers["access-control-request-method"] === undefined) {
    throw new AppError("method_not_allowed", "This method is not allowed here.");
  }
  if (!policy.allowsOrigin(headers.origin)) throw foreignOrigin();
}

/** Cookies come from whatever page makes the request: with them, the page has to be a listed one. */
function checkOrigin(request: IncomingMessage, policy: OriginPolicy, hasSession: boolean, kind: RequestKind): void {
  const { origin, cookie } = request.headers;
  if (origin !== undefined) {
    if (cookie !== undefined && !policy.allowsOrigin(origin)) throw foreignOrigin();
    return;
  }
  if (!hasSession) return;
  // Browsers name the page in every WebSocket handshake and POST, and never in a GET to the page's own origin.
  if (kind === "upgrade" || request.method !== "GET" || !isOwnPage(request)) {
    throw new AppError("forbidden", "A connection with a session must name its origin.");
  }
}

/**
 * Whether a GET without Origin may be of our own page. Over plain http to an address browsers send no `Sec-Fetch-*`
 * headers at all; there the SameSite cookie and the missing CORS header keep other pages out.
 */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return !Object.keys(headers).some((name) => name.startsWith("sec-fetch-"));
}

/** Time a connection has to join its first namespace, in milliseconds. */
export const connectTimeout = 5_000;

/** Namespace middleware: lets in who may use the namespace, and ties the connection to the session. */
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
  // One question a connection, whatever number of namespaces it joins at once.
  if (key !== undefined && key !== earlier?.request.token) {
    if (earlier?.request.token !== undefined || deps.sockets.holds(socket.conn)) {
      throw new AppError("conflict", "One connection is of one session or key; open another one for this key.");
    }
    askAgain(admission, { token: key, address, https }, deps);
  }
  for (let asked = 0; admission.answer && asked < ANSWERS_MAX; asked++) {
    const { answer } = admission;
    const known = await answer.principal;
    // Another namespace has brought a key meanwhile.
    if (admission.answer !== answer) continue;
    if (!deps.sockets.revokedSince(answer.askedAt, known)) {
      admission.meet?.();
      return known;
    }
    // Log-out, or another role, came between the handshake and this packet, and found no socket to cut.
    askAgain(admission, answer.request, deps);
  }
  throw new AppError("unauthorized", "Log in first.");
}

/** The API key of the CONNECT packet; undefined when there is none. */
function readKey({ handshake }: RealtimeSocket): string | undefined {
  const token: unknown = handshake.auth.token;
  if (token === undefined || token === null) return undefined;
  if (typeof token !== "string" || token.length > 512) throw new AppError("unauthorized", "Log in first.");
  return token;
}

/** Questions about one connection while its session is revoked again and again. */
const ANSWERS_MAX = 5;

function askAgain(admission: Admission, request: HandshakeRequest, { authenticator }: HandshakeDeps): void {
  const answer = ask(authenticator, request);
  admission.answer = answer;
  answer.principal.catch(() => {
    if (admission.answer === answer) admission.answer = undefined;
  });
}
