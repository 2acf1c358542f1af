/** HTTP status of each error code. The list is closed: other errors are sent as `internal`. */
export const errorStatus = {
  invalid_input: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  /** Repeat the request with the confirming field after the user has confirmed. */
  confirmation_required: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  misdirected_request: 421,
  rate_limited: 429,
  internal: 500,
  not_supported: 501,
  upstream_unavailable: 503,
  overloaded: 503,
  storage_full: 507,
} as const;

export type ErrorCode = keyof typeof errorStatus;
export type ErrorStatus = (typeof errorStatus)[ErrorCode];

/** Envelope of an error: one plain sentence, a code of the closed list, and the id of the request in the log. */
export interface Failure {
  success: false;
  error: string;
  code: ErrorCode;
  /**
   * Message of Docker, a registry, PM2 or an MCP server: plain text, masked, at most 1 KiB. Only for callers who may act
   * on the target.
   */
  detail?: string;
  /** The request requires step-up authentication: `POST /api/session/proof`. */
  proofRequired?: true;
  requestId?: string;
}

/** Envelope of a response: `success` and the fields of the route. */
export type Success<T extends object = object> = { success: true } & T;

export type Result<T extends object = object> = Success<T> | Failure;

export const ok = <T extends object>(fields: T): Success<T> => ({ success: true, ...fields });

/** Acknowledgement of a Socket.IO event. */
export type Acknowledgement<T extends object = object> = (result: Result<T>) => void;
