import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { HttpRefusal } from "./http-responses.ts";
import { messages } from "./messages.ts";

const unavailable = (message: string, cause: unknown) => new AppError("upstream_unavailable", message, { cause });

/** The error of a failed request, as the caller may see it. */
export function toCallFailure(error: unknown, limitMs: number): unknown {
  const known = appErrorIn(error);
  if (known) return known;
  if (error instanceof ProtocolError) {
    const refused = error.code === ProtocolErrorCode.InvalidParams || error.code === ProtocolErrorCode.MethodNotFound;
    return new AppError(
      refused ? "invalid_input" : "upstream_unavailable",
      messages.call.refused(toSingleLine(error.message)),
      { cause: error },
    );
  }
  if (isTimeout(error)) return unavailable(messages.call.timeout(limitMs / 1_000), error);
  if (error instanceof SdkError && error.code === SdkErrorCode.ListPaginationExceeded) {
    return unavailable(messages.call.endlessList, error);
  }
  return unavailable(invalidResponse(error) ?? connectionFailure(error, "The server") ?? messages.call.noAnswer, error);
}

/** The error of a failed handshake, as the caller may see it. */
export function toStartFailure(error: unknown, handshakeProblem: string | undefined): AppError {
  const known = appErrorIn(error);
  if (known) return known.code === "too_large" ? unavailable(known.message, error) : known;
  const sentence =
    handshakeProblem ??
    (error instanceof ProtocolError ? messages.start.refused(toSingleLine(error.message)) : undefined) ??
    (isTimeout(error) ? messages.start.timeout : undefined) ??
    invalidResponse(error) ??
    connectionFailure(error, "The server") ??
    messages.start.notMcp;
  return unavailable(sentence, error);
}

/** Whether the error is a response of the server, which is therefore alive. */
export const isResponse = (error: unknown): boolean =>
  error instanceof ProtocolError || appErrorIn(error) instanceof HttpRefusal || invalidResponse(error) !== undefined;

/** Whether a request failed because the server does not know its method. */
export const isMethodNotFound = (error: unknown): boolean =>
  chainOf(error).some((one) => one instanceof ProtocolError && one.code === ProtocolErrorCode.MethodNotFound);

export const isTimeout = (error: unknown): boolean =>
  error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;

/** Describes a response that does not follow the protocol; undefined for other errors. */
function invalidResponse(error: unknown): string | undefined {
  for (const one of chainOf(error)) {
    if (one instanceof SdkHttpError && one.data?.status !== undefined) return messages.response.status(one.data.status);
    if (one instanceof SdkError && one.code === SdkErrorCode.ClientHttpUnexpectedContent) {
      const { contentType } = (one.data ?? {}) as { contentType?: unknown };
      const type =
        typeof contentType === "string" ? `"${toSingleLine(contentType, 60)}"` : messages.response.noContentType;
      return messages.response.contentType(type);
    }
    if (one instanceof SdkError && one.code === SdkErrorCode.InvalidResult) {
      return messages.response.invalid(toSingleLine(one.message));
    }
    if (one.name === "SyntaxError" || one.name === "ZodError" || one.name === "$ZodError") {
      return messages.response.notMcp;
    }
  }
  return undefined;
}

export const appErrorIn = (error: unknown): AppError | undefined =>
  chainOf(error).find((one): one is AppError => one instanceof AppError);

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one);
  return chain;
}
