import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  headers: IncomingHttpHeaders;
  path: string;
  body: string;
}

export interface Receiver {
  port: number;
  url: string;
  /** Received requests, oldest first. */
  received: Received[];
  /** Response from now on. */
  answer: { status: number; headers: Record<string, string>; body: string };
  close(): void;
}

/** A real HTTP server on loopback that records requests. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answer: Receiver["answer"] = { status: 200, headers: {}, body: "a response of the receiver" };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received.push({ headers: request.headers, path: request.url ?? "", body: Buffer.concat(parts).toString() });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port, url: `http://127.0.0.1:${port}`, received, answer, close };
}
