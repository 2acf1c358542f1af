type Json = Record<string, unknown>;

/** What a server can do, as it said in the handshake. */
export interface RawServer {
  capabilities: Json;
  instructions: string | undefined;
  /** Calls of the panel itself that run at the server. */
  panelCalls: number;
}

export interface RawRequestOptions {
  /** Longest wait for the response, in milliseconds. */
  limitMs: number;
  signal?: AbortSignal | undefined;
}

/** Something a server asks of its client, such as `elicitation/create`. */
export interface ServerRequest {
  method: string;
  params: Json | undefined;
  /** Aborted when the server cancels it or the connection ends. */
  signal: AbortSignal;
}

/** Hears what one server sends. */
export interface RawListener {
  onNotification(method: string, params: Json | undefined): void;
  /** Returns the result; undefined leaves the request to the users of the panel. A rejection becomes the error. */
  onRequest(request: ServerRequest): Promise<Json> | undefined;
  /** Whether a request of a program runs there: what the server sends meanwhile may be about it. */
  isPassing(): boolean;
}

/** Marks the parameters of a request that a program sent. Not in the JSON: names of symbols are not written. */
export const OF_PROGRAM = Symbol("of a program");

/** Whether a message to a server is the request of a program. */
export const isOfProgram = ({ params }: { params?: unknown }): boolean =>
  typeof params === "object" && params !== null && OF_PROGRAM in params;
