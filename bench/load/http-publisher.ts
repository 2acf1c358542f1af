import { connect, type Socket } from "node:net";
import { EVENT, NAMESPACE, ROOM, type Subject } from "../subject.ts";

/** Creates the request body that publishes `data` to the room of the benchmark; `batch` events per request, if supported. */
export function bodyOf(subject: Subject, data: object, batch = 1): string {
  if (subject.publish.bare) return JSON.stringify(data);
  const event = { namespace: NAMESPACE.slice(1), event: EVENT, room: ROOM, data };
  return JSON.stringify(batch === 1 ? event : { events: Array.from({ length: batch }, () => event) });
}

/** A keep-alive connection that posts; each request is sent after the response to the previous one. */
export class HttpPublisher {
  private readonly socket: Socket;
  private readonly head: string;
  private received = "";
  private settle: ((error?: Error) => void) | undefined;

  constructor(subject: Subject) {
    const { path, headers } = subject.publish;
    const lines = Object.entries({ "Content-Type": "application/json", ...headers }).map((pair) => pair.join(": "));
    this.head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${subject.port}\r\n${lines.join("\r\n")}\r\n`;
    this.socket = connect({ host: "127.0.0.1", port: subject.port, noDelay: true });
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text) => this.take(String(text)));
    this.socket.on("error", (error) => this.settle?.(error));
    this.socket.on("close", () => this.settle?.(new Error("the server closed a publisher's connection")));
  }

  request(body: string): Buffer {
    return Buffer.from(`${this.head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  post(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
      this.socket.write(request);
    });
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const length = Number(/content-length: *(\d+)/i.exec(this.received)?.[1] ?? 0);
    if (this.received.length < headEnd + 4 + length) return;
    const answer = this.received;
    this.received = "";
    const { settle } = this;
    this.settle = undefined;
    settle?.(/^HTTP\/1\.1 20[0-2] /.test(answer) ? undefined : new Error(answer));
  }
}
