import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { EMIT_BODY_MAX, type EmitEvent, readEmitBody } from "../../shared/protocol/emit.ts";
import { AppError, describeIssue } from "../../shared/server/errors.ts";
import type { RealtimeEnv } from "../env.ts";
import type { Realtime } from "../server.ts";
import type { EmitGate } from "./emit-gate.ts";
import { parseJson, requireJson } from "./json-body.ts";
import { messages } from "./messages.ts";

/** Deepest nesting of an event's data; deeper documents can exhaust the stack of code that walks them. */
const MAX_DEPTH = 64;

export interface EmitRouteDeps {
  gate: EmitGate;
  realtime: Realtime;
  /** @throws AppError `misdirected_request` */
  requireHost(request: IncomingMessage): void;
}

// Where a server started before this was read, Hono has put its own class in place of `Response`, and would write this one a
// second time. Once its body is read it is a usual response.
void RESPONSE_ALREADY_SENT.body;

/**
 * The handler of `POST /emit`. It reads the body from Node's own request and writes to Node's own response: building a
 * `Request` and a `Response` for each publish cost more than the delivery to one subscriber (docs/performance.md).
 *
 * @throws AppError `misdirected_request`, `unauthorized`, `rate_limited`, `too_large`, `unsupported_media_type`,
 *   `invalid_input`, `not_found`; then none of the events is sent.
 */
export function createEmitRoute({ gate, realtime, requireHost }: EmitRouteDeps) {
  const endOfTurn = createTurnEnd();
  return async (c: Context<RealtimeEnv>): Promise<Response> => {
    const { incoming, outgoing } = c.env;
    const { headers } = incoming;
    const requestId = randomUUID();
    c.set("requestId", requestId);
    let counts: number[];
    try {
      requireHost(incoming);
      gate.require(headers.authorization);
      if (Number(headers["content-length"] ?? 0) > EMIT_BODY_MAX) throw tooLarge();
      requireJson(headers["content-type"], headers["content-encoding"]);
      counts = realtime.emit(parseEvents(parseJson(await readBody(incoming))));
    } catch (thrown) {
      c.header("X-Request-Id", requestId);
      c.header("Cache-Control", "no-store");
      c.header("X-Content-Type-Options", "nosniff");
      // Reading the rest of a refused body would cost more than another connection.
      if (!incoming.complete) c.header("Connection", "close");
      throw thrown;
    }
    await endOfTurn();
    respond(outgoing as ServerResponse, requestId, counts);
    return RESPONSE_ALREADY_SENT;
  };
}

/** @throws AppError `too_large` beyond 1 MiB, `gone` when the sender went away before the end. */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const onData = (part: Buffer) => {
      bytes += part.length;
      if (bytes <= EMIT_BODY_MAX) {
        parts.push(part);
        return;
      }
      request.off("data", onData);
      reject(tooLarge());
    };
    request.on("data", onData);
    request.once("end", () => {
      resolve((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString("utf8"));
    });
    // Node reports a sender that went away as an error as well. After the end, as after each publish, no error is
    // created: its stack would cost more than the delivery.
    const gone = () => {
      if (!request.complete) reject(new AppError("gone", messages.connectionEnded));
    };
    request.on("close", gone);
    request.on("error", gone);
  });
}

/**
 * Creates a wait for the end of the turn, after its deliveries: publishers continue together instead of one by one, and
 * their next events are batched again. At full load with 50 subscribers this saves a third of the CPU time of a publish.
 */
function createTurnEnd(): () => Promise<void> {
  let end: Promise<void> | undefined;
  return () => {
    end ??= new Promise((resolve) => {
      setImmediate(() => {
        end = undefined;
        resolve();
      });
    });
    return end;
  };
}

const tooLarge = () => new AppError("too_large", messages.tooLarge);

function respond(response: ServerResponse, requestId: string, counts: readonly number[]): void {
  let delivered = 0;
  for (const count of counts) delivered += count;
  const body = `{"success":true,"delivered":${delivered},"counts":[${counts.join(",")}]}`;
  response.writeHead(200, [
    "Content-Type",
    "application/json",
    "Content-Length",
    String(Buffer.byteLength(body)),
    "X-Request-Id",
    requestId,
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
  ]);
  response.end(body);
}

/** Reads and checks the events of a body. @throws AppError `not_found`, `invalid_input` */
function parseEvents(body: unknown): EmitEvent[] {
  const events = readEmitBody(body, ({ message, path, unknownNamespace }) => {
    throw unknownNamespace
      ? new AppError("not_found", messages.unknownNamespace)
      : new AppError("invalid_input", describeIssue(message, path));
  });
  for (const { data } of events ?? []) {
    if (isDeeperThan(data, MAX_DEPTH)) {
      throw new AppError("invalid_input", messages.tooDeep(MAX_DEPTH));
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
