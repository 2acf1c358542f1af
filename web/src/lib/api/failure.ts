import type { ErrorCode } from "../../../../shared/protocol/result.ts";

/** A refusal of the server, or no answer at all (`code` is then `unreachable`). */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: ErrorCode | "unreachable";
  readonly status: number;
  readonly requestId: string | undefined;
  /** Seconds to wait before another try, when the server named them. */
  readonly retryAfter: number | undefined;
  /** A log-in that was right so far and needs the second factor. */
  readonly codeRequired: boolean;

  constructor(
    code: ErrorCode | "unreachable",
    sentence: string,
    {
      status = 0,
      requestId,
      retryAfter,
      codeRequired = false,
    }: { status?: number; requestId?: string; retryAfter?: number; codeRequired?: boolean } = {},
  ) {
    super(sentence);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.codeRequired = codeRequired;
  }
}

/** One sentence for people, whatever was caught. */
export function toMessage(error: unknown): string {
  if (error instanceof ApiFailure) {
    return error.code === "internal" && error.requestId
      ? `${error.message} (request ${error.requestId})`
      : error.message;
  }
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong.";
}
