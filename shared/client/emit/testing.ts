import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type EmitEvent, readEmitBody } from "../../protocol/emit.ts";

export const TOKEN = "t".repeat(32);

/** Responds to a request in place of the receiver; returns false to leave it to the receiver. */
export type Respond = (request: { path: string; body: string }, response: ServerResponse) => boolean;

export interface Receiver {
  port: number;
  url: string;
  requests: { path: string; body: string; authorization: string | undefined }[];
  /** Accepted events in order, a repeat of an id once. */
  events: EmitEvent[];
  /** Data of the accepted events. */
  data(): unknown[];
  /** How the receiver responds from now on; undefined: as a realtime server. */
  respond: Respond | undefined;
  stop(): Promise<void>;
}

/** `POST /emit`, `POST /access/revoke` and `GET /health` by their schemas, without viewers: each event reaches one socket. */
export async function startEmitReceiver({ port = 0, respond }: { port?: number; respond?: Respond } = {}) {
  const ids = new Set<string>();
  const receiver: Receiver = {
    port,
    url: "",
    requests: [],
    events: [],
    data: () => receiver.events.map(({ data }) => data),
    respond,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const take = (body: string): { status: number; fields: object } => {
    let refusal: string | undefined;
    const events = readEmitBody(JSON.parse(body), ({ message, path }) => {
      refusal = `The field "${path.join(".")}" is not valid: ${message}.`;
    });
    if (!events) return { status: 400, fields: { success: false, error: refusal, code: "invalid_input" } };
    for (const event of events) {
      if (event.id !== undefined && ids.has(event.id)) continue;
      if (event.id !== undefined) ids.add(event.id);
      receiver.events.push(event);
    }
    return { status: 200, fields: { success: true, delivered: events.length, counts: events.map(() => 1) } };
  };
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const path = request.url ?? "";
    receiver.requests.push({ path, body, authorization: request.headers.authorization });
    if (receiver.respond?.({ path, body }, response)) return;
    const { status, fields } = path === "/emit" ? take(body) : { status: 200, fields: { success: true } };
    reply(response, status, fields);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}`;
  return receiver;
}

/** Sends a response with a JSON body. */
export function reply(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  return true;
}
