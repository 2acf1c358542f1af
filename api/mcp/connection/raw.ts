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
}
