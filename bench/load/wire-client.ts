import { connect, type Socket } from "node:net";
import { NAMESPACE, SERVER_ID, type Subject } from "../subject.ts";

/** One read buffer for all connections: Node passes on each chunk before it reads the next. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const HEADER_END = Buffer.from("\r\n\r\n");
const PING = 0x32;

/** Encodes a client text frame with a zero mask, which the protocol permits and which leaves the payload unchanged. */
export function toClientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0xfe, 0, 0]);
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const PONG = toClientFrame("3");

/** Called for each message after the handshake; the payload is valid during the call only. */
export type OnMessage = (data: Buffer, start: number, end: number) => void;

export interface WireOptions {
  subject: Subject;
  /** Namespace and first packet of a Socket.IO client; default: joins the room of the benchmark. */
  namespace?: string;
  first?: string;
  onMessage: OnMessage;
}

/**
 * A WebSocket client on a TCP socket that does little more than find frame boundaries, so that the load generator can receive
 * more than the servers send.
 */
export class WireClient {
  readonly ready: Promise<void>;
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly options: WireOptions;
  private rest: Buffer | undefined;
  private state: "upgrading" | "opening" | "joining" | "ready" = "upgrading";
  private markReady: () => void = () => {};

  constructor(options: WireOptions) {
    this.options = options;
    const { subject } = options;
    this.socket = connect({
      host: "127.0.0.1",
      port: subject.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.take(readBuffer.subarray(0, length));
          return true;
        },
      },
    });
    this.ready = new Promise((resolve, reject) => {
      this.markReady = resolve;
      this.socket.on("error", reject);
      this.socket.on("close", () => reject(new Error(`${subject.name} closed the connection: ${this.rest ?? ""}`)));
    });
    this.closed = new Promise((resolve) => this.socket.on("close", () => resolve()));
    this.ready.catch(() => {}); // awaited by the caller; a later close is not an error
    const headers = Object.entries(subject.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(
      `GET ${subject.path} HTTP/1.1\r\nHost: 127.0.0.1:${subject.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers.join("")}\r\n`,
    );
  }

  send(text: string): void {
    this.socket.write(toClientFrame(text));
  }

  /** Stops reading from the network, like a stopped browser. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    let data = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    if (this.state === "upgrading") {
      const end = data.indexOf(HEADER_END);
      if (end === -1) {
        this.rest = Buffer.from(data);
        return;
      }
      if (!data.subarray(0, 12).toString("latin1").endsWith("101")) {
        this.rest = Buffer.from(data);
        this.socket.destroy();
        return;
      }
      data = data.subarray(end + 4);
      if (this.options.subject.dialect === "plain") this.becomeReady();
      else this.state = "opening";
    }
    const left = this.takeFrames(data);
    this.rest = left === data.length ? undefined : Buffer.from(data.subarray(left));
  }

  private takeFrames(data: Buffer): number {
    let offset = 0;
    while (data.length - offset >= 2) {
      let length = (data[offset + 1] as number) & 0x7f;
      let start = offset + 2;
      if (length === 126) {
        if (data.length - offset < 4) break;
        length = data.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (data.length - offset < 10) break;
        length = Number(data.readBigUInt64BE(start));
        start += 8;
      }
      const end = start + length;
      if (end > data.length) break;
      if (length === 1 && data[start] === PING) this.socket.write(PONG);
      else if (this.state === "ready") this.options.onMessage(data, start, end);
      else this.advance(data.toString("utf8", start, end));
      offset = end;
    }
    return offset;
  }

  /** The handshake of Engine.IO and Socket.IO: open, CONNECT, and the client's first packet with its acknowledgement. */
  private advance(text: string): void {
    const { subject, namespace = NAMESPACE, first = `0["join",{"serverId":"${SERVER_ID}"}]` } = this.options;
    if (this.state === "opening" && text.startsWith("0")) {
      this.state = "joining";
      this.send(`40${namespace},${subject.token ? JSON.stringify({ token: subject.token }) : ""}`);
    } else if (text.startsWith(`40${namespace},`)) {
      if (first === "") this.becomeReady();
      else this.send(`42${namespace},${first}`);
    } else if (text.startsWith(`43${namespace},`)) {
      if (text.includes('"success":false')) throw new Error(text);
      this.becomeReady();
    } else if (text.startsWith("44")) {
      throw new Error(text);
    }
  }

  private becomeReady(): void {
    this.state = "ready";
    this.markReady();
  }
}
