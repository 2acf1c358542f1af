import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EMIT_BODY_MAX, type EmitEvent, readEmitBody } from "../shared/protocol/emit.ts";
import { namespaceNames } from "../shared/protocol/namespaces.ts";
import { AppError, describeIssue, toAppError, toFailure } from "../shared/server/errors.ts";
import { hasOneHost } from "../shared/server/origin-policy.ts";
import type { RealtimeDeps } from "./deps.ts";
import type { EmitGate } from "./emit-gate.ts";
import { parseJson, requireJson } from "./json-body.ts";
import type { Realtime } from "./server.ts";

/** Deepest nesting of an event's data; deeper documents can exhaust the stack of whoever walks them. */
const DEPTH_MAX = 64;

export type EmitEndpointDeps = Pick<RealtimeDeps, "log" | "originPolicy"> & { gate: EmitGate; realtime: Realtime };

/** `POST /emit` on the bare HTTP server: at one subscriber, a web framework would cost more than the delivery. */
export type EmitEndpoint = (request: IncomingMessage, response: ServerResponse) => void;

export const isEmit = ({ method, url }: IncomingMessage): boolean =>
  method === "POST" && (url === "/emit" || (url ?? "").startsWith("/emit?"));

export function createEmitEndpoint({ gate, log, originPolicy, realtime }: EmitEndpointDeps): EmitEndpoint {
  const answerLater = createAnswers();
  return (request, response) => {
    const refuse = (thrown: unknown) => {
      const error = toAppError(thrown);
      const requestId = randomUUID();
      if (error.code === "internal") log.error({ err: thrown, requestId, path: "/emit" }, "request failed");
      const retry = error.retryAfter === undefined ? [] : ["Retry-After", String(Math.ceil(error.retryAfter))];
      // The rest of a body that is refused half-way is not worth a connection.
      const close = request.complete ? [] : ["Connection", "close"];
      send(response, error.status, requestId, JSON.stringify(toFailure(error, requestId)), [...retry, ...close]);
    };
    try {
      const { headers } = request;
      if (!hasOneHost(request) || !originPolicy.allowsHost(headers.host)) {
        throw new AppError("misdirected_request", "This server does not answer to that host name.");
      }
      gate.require(headers.authorization);
      if (Number(headers["content-length"] ?? 0) > EMIT_BODY_MAX) throw tooLarge();
      requireJson(headers["content-type"], headers["content-encoding"]);
    } catch (thrown) {
      refuse(thrown);
      return;
    }

    const parts: Buffer[] = [];
    let bytes = 0;
    request.on("data", (part: Buffer) => {
      if (bytes > EMIT_BODY_MAX) return;
      bytes += part.length;
      if (bytes <= EMIT_BODY_MAX) {
        parts.push(part);
        return;
      }
      parts.length = 0;
      refuse(tooLarge());
    });
    request.on("end", () => {
      if (bytes > EMIT_BODY_MAX) return;
      try {
        const body = (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString("utf8");
        answerLater(response, realtime.emit(parseEvents(parseJson(body))));
      } catch (thrown) {
        refuse(thrown);
      }
    });
  };
}

/**
 * Answers at the end of the turn, after its deliveries: publishers are woken together instead of one by one in between,
 * and what they send next is gathered again. Flat out to 50 subscribers that took a third of the CPU of a publish.
 */
function createAnswers(): (response: ServerResponse, delivered: number) => void {
  let waiting: { response: ServerResponse; delivered: number }[] = [];
  const flush = () => {
    const all = waiting;
    waiting = [];
    for (const { response, delivered } of all) {
      send(response, 200, randomUUID(), `{"success":true,"delivered":${delivered}}`, []);
    }
  };
  return (response, delivered) => {
    if (waiting.push({ response, delivered }) === 1) setImmediate(flush);
  };
}

const tooLarge = () => new AppError("too_large", "The body is larger than 1 MiB.");

function send(response: ServerResponse, status: number, requestId: string, body: string, extra: string[]): void {
  response.writeHead(status, [
    ...["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(body))],
    ...["X-Request-Id", requestId, "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"],
    ...extra,
  ]);
  response.end(body);
}

/** Checked events of a body; throws `AppError`, and then none of them is sent. */
function parseEvents(body: unknown): EmitEvent[] {
  const events = readEmitBody(body, ({ message, path, unknownNamespace }) => {
    throw unknownNamespace
      ? new AppError("not_found", `There is no such namespace; the five are ${namespaceNames.join(", ")}.`)
      : new AppError("invalid_input", describeIssue(message, path));
  });
  for (const { data } of events ?? []) {
    if (isDeeperThan(data, DEPTH_MAX)) {
      throw new AppError("invalid_input", `The data is nested deeper than ${DEPTH_MAX} levels.`);
    }
  }
  return events ?? [];
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  for (const child of Object.values(value)) if (isDeeperThan(child, depth - 1)) return true;
  return false;
}
