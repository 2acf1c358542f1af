/** Protocol of a subject: Socket.IO packets, or each event as one plain WebSocket message. */
export type Dialect = "socket.io" | "plain";

/** A measured server, with the data that the load generator needs. */
export interface Subject {
  name: "ours" | "socket.io" | "ws" | "node" | "nchan" | "bun";
  pid: number;
  port: number;
  dialect: Dialect;
  /** Path of the WebSocket upgrade. */
  path: string;
  /** Headers of the upgrade: a session's cookie and origin. */
  headers?: Record<string, string>;
  /** API key of the CONNECT packet. */
  token?: string;
  publish: {
    path: string;
    headers: Record<string, string>;
    /** Whether the request body is the bare data, without event, namespace and room. */
    bare?: boolean;
  };
}

export const NAMESPACE = "/mcp";
export const SERVER_ID = "bench";
export const EVENT = "bench";
export const ROOM = `mcp:${SERVER_ID}`;

export interface RunningSubject {
  subject: Subject;
  stop(): Promise<void>;
}
