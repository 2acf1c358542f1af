import type { ErrorCode } from "../../../../shared/protocol/result.ts";
import { isPartFailure, PART_FAILED } from "../part-failure.ts";
import type { RequestOptions } from "../passkeys.ts";

export interface SecondFactors {
  totp: boolean;
  /** Options for the browser; null when the account has no passkey. */
  passkey: RequestOptions | null;
}

/** An error response of the server, or no response at all (`code` is then `unreachable`). */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: ErrorCode | "unreachable";
  readonly status: number;
  readonly requestId: string | undefined;
  /** The error of Docker, a registry, PM2 or an MCP server, for accounts that may act on it. */
  readonly detail: string | undefined;
  /** Seconds to wait before another attempt, if the server sent them. */
  readonly retryAfter: number | undefined;
  /** A sign-in whose password was right and that needs the second factor. */
  readonly codeRequired: boolean;
  /** The second factors of the account; only with {@link codeRequired}. */
  readonly factors: SecondFactors | undefined;

  constructor(
    code: ErrorCode | "unreachable",
    sentence: string,
    {
      status = 0,
      requestId,
      retryAfter,
      detail,
      codeRequired = false,
      factors,
    }: {
      status?: number;
      requestId?: string;
      retryAfter?: number;
      detail?: string | undefined;
      codeRequired?: boolean;
      factors?: SecondFactors | undefined;
    } = {},
  ) {
    super(sentence);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.detail = detail;
    this.codeRequired = codeRequired;
    this.factors = factors;
  }
}

/** Whether the server refused a request that it would refuse again. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiFailure && error.status >= 400 && error.status < 500 && error.code !== "rate_limited";

/** One sentence for the user about any caught value. */
export function toMessage(error: unknown): string {
  if (error instanceof ApiFailure) {
    return error.code === "internal" && error.requestId
      ? `${error.message} (request ${error.requestId})`
      : error.message;
  }
  // Browsers name the address of the file, each in other words.
  if (isPartFailure(error)) return PART_FAILED;
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong.";
}

/** The error of the part that failed; undefined without one, or for accounts that may only view. */
export const detailOf = (error: unknown): string | undefined =>
  error instanceof ApiFailure ? error.detail : undefined;

/** The sentence for the user, and below it the error of the part that failed. */
export const toReport = (error: unknown): string => [toMessage(error), detailOf(error)].filter(Boolean).join("\n");
