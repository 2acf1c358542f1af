import { request } from "node:http";
import WebSocket from "ws";

/** Response to an HTTP request of the polling transport. */
export interface PollAnswer {
  status: number;
  type: string;
  text: string;
}

const credentials = { Authorization: "Bearer admin" };

/** Sends one request below the Socket.IO path exactly as given. */
export function ask(
  url: string,
  query: string,
  { method = "GET", body, signal }: { method?: string; body?: string; signal?: AbortSignal } = {},
): Promise<PollAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/socket.io/?${query}`, { method, headers: credentials, signal }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, type: incoming.headers["content-type"] ?? "", text });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Parameters in the first packet of a session. */
export interface OpenPacket {
  sid: string;
  upgrades: string[];
  pingInterval: number;
  pingTimeout: number;
  maxPayload: number;
}

/** A session over long polling. `post` and `poll` are one request each. */
export async function openPolling(url: string) {
  const answer = await ask(url, "EIO=4&transport=polling");
  const open = JSON.parse(answer.text.slice(1)) as OpenPacket;
  const query = `EIO=4&transport=polling&sid=${open.sid}`;
  return {
    answer,
    open,
    query,
    poll: (signal?: AbortSignal) => ask(url, query, { signal }),
    post: (body: string) => ask(url, query, { method: "POST", body }),
  };
}

/** A WebSocket whose frames are read one by one; the end of the connection is the frame `closed`. */
export function openSocket(url: string, query = "EIO=4&transport=websocket") {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?${query}`, { headers: credentials });
  const frames: (string | Buffer)[] = [];
  const waiting: ((frame: string | Buffer) => void)[] = [];
  const take = (frame: string | Buffer) => {
    const next = waiting.shift();
    if (next) next(frame);
    else frames.push(frame);
  };
  socket.on("message", (data, isBinary) => take(isBinary ? (data as Buffer) : data.toString()));
  socket.on("error", () => undefined); // a refused upgrade; `closed` follows
  socket.on("close", () => take("closed"));
  return {
    opened: new Promise<void>((resolve) => socket.once("open", resolve)),
    send: (frame: string | Buffer) => socket.send(frame),
    next: () => {
      const frame = frames.shift();
      return frame === undefined
        ? new Promise<string | Buffer>((resolve) => waiting.push(resolve))
        : Promise.resolve(frame);
    },
    close: () => socket.close(),
  };
}
