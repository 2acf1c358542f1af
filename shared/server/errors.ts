import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { ZodError, type z } from "zod";
import { type ErrorCode, type ErrorStatus, errorStatus, type Failure } from "../protocol/result.ts";
import type { Log } from "./log.ts";
import { UpstreamError } from "./upstream-error.ts";

/** An error for the caller: a code of the closed list, and one plain sentence without paths, stack traces or commands. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Seconds to wait before a retry; sent as `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryAfter = options.retryAfter;
  }

  get status(): ErrorStatus {
    return errorStatus[this.code];
  }

  /**
   * Original message of the upstream: plain text, masked, at most 1 KiB; undefined if there is none. Only for callers who
   * may act on the target.
   */
  get detail(): string | undefined {
    return this.cause instanceof UpstreamError ? this.cause.ownWords || undefined : undefined;
  }
}

/** A sensitive action requires a more recent proof of identity: see `POST /api/session/proof`. */
export class ProofRequired extends AppError {
  constructor() {
    super("forbidden", "Confirm that it is you: your last log-in was some time ago.");
  }
}

const codeOfStatus = new Map<number, ErrorCode>(
  (Object.entries(errorStatus) as [ErrorCode, number][]).reverse().map(([code, status]) => [status, code]),
);

/** Converts anything thrown to an error for the caller. An unexpected error becomes `internal` without details. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof ZodError) return new AppError("invalid_input", describeIssues(thrown), { cause: thrown });
  if (thrown instanceof HTTPException) {
    const code = codeOfStatus.get(thrown.status) ?? (thrown.status < 500 ? "invalid_input" : "internal");
    const message = code === "internal" || thrown.message === "" ? sentenceOf[code] : asSentence(thrown.message);
    return new AppError(code, message, { cause: thrown });
  }
  if (isDiskFull(thrown)) return new AppError("storage_full", sentenceOf.storage_full, { cause: thrown });
  return new AppError("internal", internalMessage, { cause: thrown });
}

/** @param withDetail whether the caller may act on the target and so receives the original message of the upstream */
export function toFailure(error: AppError, requestId?: string, withDetail = false): Failure {
  const detail = withDetail ? error.detail : undefined;
  return {
    success: false,
    error: error.message,
    code: error.code,
    ...(detail === undefined ? {} : { detail }),
    ...(error instanceof ProofRequired ? { proofRequired: true as const } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Returns a sentence about the first invalid field. Never contains its value, which can be a secret. */
export function describeIssues(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "The input is not valid.";
  if (issue.code === "unrecognized_keys") return "The input has an unknown field.";
  return describeIssue(issue.message, issue.path);
}

/** Returns a sentence about the field at `path`, or about the input as a whole. */
export function describeIssue(message: string, path: readonly PropertyKey[]): string {
  const field = path.map(String).join(".").slice(0, 100);
  return field
    ? `The field "${field.replace(/[^\w.:-]/g, "?")}" is not valid: ${message}.`
    : `The input is not valid: ${message}.`;
}

const asSentence = (message: string) => (message.endsWith(".") ? message : `${message}.`);

const internalMessage = "Something went wrong on the server; its log has the details under the request id.";

const sentenceOf: Record<ErrorCode, string> = {
  invalid_input: "The input is not valid.",
  unauthorized: "Log in first.",
  forbidden: "You are not allowed to do this.",
  not_found: "There is no such thing here.",
  method_not_allowed: "This method is not allowed here.",
  conflict: "It has changed in the meantime.",
  confirmation_required: "This needs to be confirmed first.",
  gone: "It is no longer available.",
  too_large: "The request is too large.",
  unsupported_media_type: "The body must be JSON, sent as application/json.",
  misdirected_request: "This server does not serve that host name.",
  rate_limited: "Too many requests; wait a moment.",
  internal: internalMessage,
  not_supported: "This is not supported here.",
  upstream_unavailable: "A required service does not respond.",
  overloaded: "The server is busy; try again in a moment.",
  storage_full: "The disk is full; nothing was changed.",
};

function isDiskFull(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") return true;
  return code === "ERR_SQLITE_ERROR" && fullCodes.has((thrown as { errcode?: number }).errcode ?? 0);
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no space for the index of the write-ahead log. */
const fullCodes: ReadonlySet<number> = new Set([13, 4874]);

interface RequestVariables {
  Variables: { requestId: string; mayAct?: boolean };
}

/** Sends all errors of a Hono app in the common envelope. */
export const errorHandler =
  <E extends RequestVariables>(log: Log): ErrorHandler<E> =>
  (thrown, c) => {
    const error = toAppError(thrown);
    const requestId: string = c.get("requestId");
    if (error.code === "internal") log.error({ err: thrown, requestId, path: c.req.path }, "request failed");
    if (error.code === "storage_full") log.warn({ err: thrown, requestId, path: c.req.path }, "the disk is full");
    if (thrown instanceof HTTPException && thrown.res) {
      for (const [name, value] of thrown.res.headers) if (name.toLowerCase() !== "content-type") c.header(name, value);
    }
    if (error.retryAfter !== undefined) c.header("Retry-After", String(Math.ceil(error.retryAfter)));
    return c.json(toFailure(error, requestId, c.get("mayAct") === true), error.status);
  };

export const notFoundHandler = <E extends RequestVariables>(c: Context<E>) =>
  c.json(toFailure(new AppError("not_found", "There is no such route."), c.get("requestId")), 404);
