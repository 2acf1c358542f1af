import type { Context } from "hono";
import { gatewayCallSchema } from "../../../shared/protocol/mcp-gateway.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { ApiDeps } from "../../deps.ts";
import { type ApiEnv, createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { type McpGateway, REVISIONS } from "./gateway.ts";
import { errorCodes, errorMessage, isMessage, type Message, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import type { Session } from "./session.ts";

/** A request that takes longer is answered by a stream, which proxies keep open, in milliseconds. */
const STREAM_AFTER_MS = 5_000;
/** Messages in one body of revision 2025-03-26, the only one with several. */
const MAX_BATCH = 20;
const BATCH_REVISION = "2025-03-26";

type C = Context<ApiEnv>;

/** An error before the protocol: the status that Streamable HTTP names, and the reason as JSON-RPC. */
const refuse = (c: C, status: 400 | 404 | 405 | 406, code: number, message: string) =>
  c.json(errorMessage(null, new RpcError(code, message)), status);

/** Whether a client takes a type: named, by `type/*` or by any, and not refused by `q=0`. */
const accepts = (c: C, type: string): boolean => {
  const accept = c.req.header("Accept");
  if (accept === undefined) return true;
  const [group = ""] = type.split("/");
  const weights = new Map(
    accept.split(",").map((entry) => {
      const [range = "", ...parameters] = entry.toLowerCase().split(";");
      const isRefused = parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(parameter));
      return [range.trim(), !isRefused] as const;
    }),
  );
  return weights.get(type) ?? weights.get(`${group}/*`) ?? weights.get("*/*") ?? false;
};

const streamHeaders = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no",
};
const json = (text: string, headers: Record<string, string> = {}) =>
  new Response(text, {
    headers: { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(text)), ...headers },
  });

const describe = (summary: string) =>
  described({
    tag: "MCP gateway",
    summary: `${summary} (JSON-RPC over Streamable HTTP)`,
    answer: { call: gatewayCallSchema.optional() },
  });

/** `/api/agent/mcp`: MCP over Streamable HTTP for programs with an API key. */
export const gatewayEndpoint = ({ mcpGateway }: Pick<ApiDeps, "mcpGateway">) =>
  createRoutes()
    .post("/", describe("Send messages to the gateway"), async (c) => {
      await mcpGateway.admit(c.get("principal").id);
      if (!accepts(c, "application/json") && !accepts(c, "text/event-stream")) {
        return refuse(c, 406, errorCodes.refused, messages.notAcceptable);
      }
      let body: unknown;
      try {
        body = JSON.parse(await c.req.text());
      } catch {
        return refuse(c, 400, errorCodes.parse, messages.notJson);
      }
      const batch: unknown[] = Array.isArray(body) ? body : [body];
      if (!batch.every(isMessage) || batch.length === 0) {
        return refuse(c, 400, errorCodes.invalidRequest, messages.notMessage);
      }
      const [first] = batch as [Message];
      if (first.method === "initialize" && first.id !== undefined && !Array.isArray(body)) {
        return initialize(c, mcpGateway, first);
      }
      const session = findSession(c, mcpGateway);
      if (session instanceof Response) return session;
      if (Array.isArray(body) && (session.revision !== BATCH_REVISION || batch.length > MAX_BATCH)) {
        return refuse(c, 400, errorCodes.invalidRequest, messages.noBatch(MAX_BATCH));
      }
      const ids = (batch as Message[]).flatMap(({ id, method }) =>
        id !== undefined && method !== undefined ? [id] : [],
      );
      if (new Set(ids).size < ids.length) return refuse(c, 400, errorCodes.invalidRequest, messages.usedId);
      return serve(c, mcpGateway, session, batch as Message[], Array.isArray(body));
    })
    .get("/", describe("Listen to the gateway"), async (c) => {
      // Hono serves HEAD by GET: it would open a stream that nobody reads, in place of the one that is read.
      if (c.req.method === "HEAD") {
        c.header("Allow", "GET, POST, DELETE");
        return refuse(c, 405, errorCodes.refused, messages.noHead);
      }
      await mcpGateway.admit(c.get("principal").id);
      if (!accepts(c, "text/event-stream")) return refuse(c, 406, errorCodes.refused, messages.notAcceptable);
      const session = findSession(c, mcpGateway);
      return session instanceof Response ? session : new Response(session.listen(), { headers: streamHeaders });
    })
    .delete("/", describe("End a session of the gateway"), async (c) => {
      await mcpGateway.admit(c.get("principal").id);
      const session = findSession(c, mcpGateway);
      if (session instanceof Response) return session;
      mcpGateway.end(session);
      return c.body(null, 204);
    });

async function initialize(c: C, gateway: McpGateway, { id = 0, params = {} }: Message): Promise<Response> {
  try {
    const { session, result } = await gateway.open(c.get("principal"), params);
    const text = JSON.stringify({ jsonrpc: "2.0", id, result });
    const headers = { "Mcp-Session-Id": session.id };
    if (accepts(c, "application/json")) return json(text, headers);
    const outbox = createOutbox();
    outbox.send(text);
    outbox.end();
    return new Response(outbox.stream, { headers: { ...streamHeaders, ...headers } });
  } catch (error) {
    if (error instanceof RpcError) return c.json(errorMessage(id, error), 400);
    throw error;
  }
}

function findSession(c: C, gateway: McpGateway): Session | Response {
  const revision = c.req.header("MCP-Protocol-Version");
  if (revision !== undefined && !REVISIONS.some((known) => known === revision)) {
    return refuse(c, 400, errorCodes.refused, messages.unknownRevision(revision.slice(0, 40)));
  }
  const id = c.req.header("Mcp-Session-Id");
  if (id === undefined) return refuse(c, 400, errorCodes.refused, messages.noSession);
  const session = gateway.session(id, c.get("principal").id);
  return session ?? refuse(c, 404, errorCodes.timedOut, messages.unknownSession);
}

/**
 * Responds by JSON; by a stream once something is to be sent before the response, the response takes long, or the client
 * takes nothing else.
 */
async function serve(
  c: C,
  gateway: McpGateway,
  session: Session,
  batch: readonly Message[],
  isBatch: boolean,
): Promise<Response> {
  const requests = batch.filter(({ id, method }) => id !== undefined && method !== undefined);
  for (const message of batch) if (!requests.includes(message)) gateway.take(session, message);
  if (requests.length === 0) return c.body(null, 202);

  const mayStream = accepts(c, "text/event-stream");
  const opened = Promise.withResolvers<"stream">();
  let outbox: Outbox | undefined;
  let isOver = false;
  const open = () => {
    outbox ??= createOutbox();
    opened.resolve("stream");
    return outbox;
  };
  const send = (message: object) => mayStream && !isOver && open().send(message);
  const timer = mayStream ? setTimeout(open, STREAM_AFTER_MS) : undefined;
  if (!accepts(c, "application/json")) open();
  const respond = async (message: Message) => {
    const text = await gateway.respond(session, message, send);
    outbox?.send(text);
    return text;
  };
  const responses = Promise.all(requests.map(respond)).finally(() => {
    isOver = true;
    clearTimeout(timer);
    outbox?.end();
  });
  const first = await Promise.race([responses, opened.promise]);
  if (first !== "stream" && !outbox) return json(isBatch ? `[${first.join(",")}]` : (first[0] ?? ""));
  if (!outbox) throw new AppError("internal", messages.ended);
  return new Response(outbox.stream, { headers: streamHeaders });
}
