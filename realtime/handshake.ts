import type { IncomingMessage } from "node:http";
import type { Socket } from "socket.io";
import { type HandshakeRequest, may, type Permission, type Principal } from "../shared/protocol/access.ts";
import { bearerToken } from "../shared/server/emit-token.ts";
import { AppError, toAppError } from "../shared/server/errors.ts";
import { hasOneHost, type OriginPolicy } from "../shared/server/origin-policy.ts";
import type { Authenticator } from "./deps.ts";
import type { Sockets } from "./sockets.ts";

export interface HandshakeDeps {
  authenticator: Authenticator;
  originPolicy: OriginPolicy;
  trustedProxies: readonly string[];
  sockets: Sockets;
}

/** What the gate found out about a connection, kept with the request that opened it. */
export interface Admission {
  address: string;
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

/** Address of the peer, or the right-most hop a listed proxy names. */
export function peerAddress(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (!trustedProxies.includes(peer)) return peer;
  const forwarded = request.headers["x-forwarded-for"];
  const hops = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",").map((hop) => hop.trim());
  return hops.at(-1) || peer;
}

/** Engine.IO takes an empty `sid`, and the last of several, as we do here: it is given what we have read. */
function isHandshake(request: IncomingMessage & { _query?: Record<string, string> }): boolean {
  request._query = Object.fromEntries(new URL(request.url ?? "/", "http://localhost").searchParams);
  return !request._query.sid;
}

/**
 * Checks a polling request or a WebSocket upgrade before Engine.IO sees it: Host and Origin always, and on a handshake
 * the session, before there is a sid or a 101. A program without cookie, Origin and bearer token may go on to send its
 * key in the CONNECT packet; until then it can do nothing, and it has {@link connectTimeout} for it.
 */
export async function admit(request: IncomingMessage, deps: HandshakeDeps): Promise<void> {
  const { origin, host, cookie, authorization } = request.headers;
  if (!hasOneHost(request) || !deps.originPolicy.allowsHost(host)) {
    throw new AppError("misdirected_request", "This server does not answer to that host name.");
  }
  const token = bearerToken(authorization);
  if (origin !== undefined && !deps.originPolicy.allowsOrigin(origin)) {
    throw new AppError("forbidden", "Pages of this origin may not connect.");
  }
  if (origin === undefined && cookie !== undefined && token === undefined) {
    throw new AppError("forbidden", "A connection with a session must name its origin.");
  }
  if (!isHandshake(request)) return;

  const address = peerAddress(request, deps.trustedProxies);
  const admission: Admission = { address, leave: deps.sockets.enter(address) };
  try {
    if (cookie !== undefined || token !== undefined) {
      admission.answer = ask(deps.authenticator, { cookie, token, address });
      await admission.answer.principal;
    } else if (origin !== undefined) {
      throw new AppError("unauthorized", "Log in first.");
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

/** Time a connection has to join its first namespace, in milliseconds. */
export const connectTimeout = 5_000;

/** Namespace middleware: lets in who may use the namespace, and ties the connection to the session. */
export function requirePermission(permission: Permission, deps: HandshakeDeps) {
  return (socket: Socket, next: (error?: Error) => void): void => {
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

async function identify(socket: Socket, deps: HandshakeDeps): Promise<Principal> {
  const admission = admissionOf(socket.request);
  const token: unknown = socket.handshake.auth.token;
  if (!admission) throw new AppError("unauthorized", "Log in first.");
  if (!admission.answer) {
    if (typeof token !== "string" || token.length > 512) throw new AppError("unauthorized", "Log in first.");
    // One question a connection, whatever number of namespaces it joins at once.
    askAgain(admission, { token, address: admission.address }, deps);
  }
  for (let asked = 0; admission.answer && asked < ANSWERS_MAX; asked++) {
    const { answer } = admission;
    const known = await answer.principal;
    if (!deps.sockets.revokedSince(answer.askedAt, known)) {
      admission.meet?.();
      return known;
    }
    // Log-out, or another role, came between the handshake and this packet, and found no socket to cut.
    if (admission.answer === answer) askAgain(admission, answer.request, deps);
  }
  throw new AppError("unauthorized", "Log in first.");
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
