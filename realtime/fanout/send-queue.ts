/** Unsent bytes beyond which a consumer is too slow: it gets no more lines until it has caught up. */
export const QUEUE_MAX_BYTES = 1024 * 1024;
const QUEUE_MAX_PACKETS = 2_000;
/** Unsent bytes below which a consumer counts as drained. */
const QUEUE_LOW_BYTES = 128 * 1024;
const DRAIN_POLL_MS = 20;

/** The fields of an Engine.IO connection that the fan-out reads; `transport.socket` is the `ws` WebSocket, undefined on polling. */
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

/** The fields of a socket of any namespace that the fan-out reads. */
interface Reader {
  readonly conn: unknown;
  readonly connected: boolean;
}

export const connectionOf = (socket: Pick<Reader, "conn">) => socket.conn as EngineConnection;

const sizeOf = (data: unknown) => (typeof data === "string" || Buffer.isBuffer(data) ? data.length : 0);

/** Returns the bytes written that the peer has not received: in Engine.IO's buffer and in the WebSocket's. */
export function queuedBytes(connection: EngineConnection): number {
  let bytes = connection.transport.socket?.bufferedAmount ?? 0;
  if (connection.writeBuffer.length > QUEUE_MAX_PACKETS) return Number.POSITIVE_INFINITY;
  for (const packet of connection.writeBuffer) bytes += sizeOf(packet.data);
  return bytes;
}

export const isSlow = (socket: Reader) => queuedBytes(connectionOf(socket)) > QUEUE_MAX_BYTES;
export const isDrained = (socket: Reader) => queuedBytes(connectionOf(socket)) <= QUEUE_LOW_BYTES;

/** Resolves when the peer has received most of what was written, or is disconnected. */
export async function drained(socket: Reader): Promise<void> {
  while (socket.connected && !isDrained(socket)) {
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}
