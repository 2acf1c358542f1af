import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { AppError } from "../../shared/server/errors.ts";
import { toPlainLine } from "./plain-text.ts";

/** What a caller may see of a request to a server that failed. */
export function toCallFailure(error: unknown, limitMs: number): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof ProtocolError) {
    const refused = error.code === ProtocolErrorCode.InvalidParams || error.code === ProtocolErrorCode.MethodNotFound;
    return new AppError(
      refused ? "invalid_input" : "upstream_unavailable",
      `The server refused: ${toPlainLine(error.message)}`,
      { cause: error },
    );
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return new AppError("upstream_unavailable", `The server did not answer within ${limitMs / 1_000} s.`, {
      cause: error,
    });
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.ListPaginationExceeded) {
    return new AppError("upstream_unavailable", "The server's list of tools has no end.", { cause: error });
  }
  return new AppError("upstream_unavailable", "The server did not answer the call.", { cause: error });
}
