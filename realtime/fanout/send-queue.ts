/** Unsent bytes beyond which a reader is too slow: it gets no more lines until it has caught up. */
export const QUEUE_MAX_BYTES = 1024 * 1024;
const QUEUE_MAX_PACKETS = 2_000;
/** A reader counts as drained below this. */
const QUEUE_LOW_BYTES = 128 * 1024;
const DRAIN_POLL_MS = 20;

/** The parts of an Engine.IO connection that the fan-out reads; `transport.socket` is the `ws` WebSocket, absent on polling. */
export interface EngineConnection {
  readyState: string;
  writeBuffer: { data?: unknown }[];
  transport: {
    name: string;
    socket?: { readyState: number; bufferedAmount: number; _socket?: TcpSocket | null };
  };
  on(event: "packetCreate", listener: () => void): void;
}

export interface TcpSocket {
  writableLength: number;
  destroyed: boolean;
  write(data: Uint8Array): boolean;
}

/** What the fan-out reads of a socket of any namespace. */
interface Reader {
  readonly conn: unknown;
  readonly connected: boolean;
}

export const connectionOf = (socket: Pick<Reader, "conn">) => socket.conn as EngineConnection;

const sizeOf = (data: unknown) => (typeof data === "string" || Buffer.isBuffer(data) ? data.length : 0);

/** Bytes written for a connection that its peer has not taken: in Engine.IO's buffer and in the WebSocket's. */
export function queuedBytes(connection: EngineConnection): number {
  let bytes = connection.transport.socket?.bufferedAmount ?? 0;
  if (connection.writeBuffer.length > QUEUE_MAX_PACKETS) return Number.POSITIVE_INFINITY;
  for (const packet of connection.writeBuffer) bytes += sizeOf(packet.data);
  return bytes;
}

export const isSlow = (socket: Reader) => queuedBytes(connectionOf(socket)) > QUEUE_MAX_BYTES;
export const isDrained = (socket: Reader) => queuedBytes(connectionOf(socket)) <= QUEUE_LOW_BYTES;

/** Resolves once the peer has taken most of what was written, or is gone. */
export async function drained(socket: Reader): Promise<void> {
  while (socket.connected && !isDrained(socket)) {
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}
