/** How a subject is spoken to: Socket.IO packets, or each event as one plain WebSocket message. */
export type Dialect = "socket.io" | "plain";

/** A server under measurement, as the load generator needs to know it. */
export interface Subject {
  name: "ours" | "socket.io" | "ws" | "nchan";
  pid: number;
  port: number;
  dialect: Dialect;
  /** Of the WebSocket upgrade. */
  path: string;
  /** Headers of the upgrade: a session's cookie and origin. */
  headers?: Record<string, string>;
  /** API key of the CONNECT packet. */
  token?: string;
  publish: {
    path: string;
    headers: Record<string, string>;
    /** The body carries the event's data as it is, not an event with namespace and room. */
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
