import { createMask } from "../../../shared/docker/value-mask.ts";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** The client library, which is loaded by the first sign-in. */
export type Sdk = typeof import("@modelcontextprotocol/client");
export const loadSdk = (): Promise<Sdk> => import("@modelcontextprotocol/client");

export const unavailable = (message: string) => new AppError("upstream_unavailable", message);
export const refused = (message: string) => new AppError("forbidden", message);

/** Errors of an authorization server that may go away by themselves. */
const passing = new Set(["server_error", "temporarily_unavailable", "too_many_requests", "slow_down"]);

/** Whether an authorization server said no, as opposed to being away or answering nonsense. */
export const isRefusal = (sdk: Sdk, error: unknown): boolean =>
  error instanceof sdk.OAuthError && !passing.has(error.code);

/**
 * The error of a request to an authorization server, as a sentence. Never with the body of a response as its cause: it may
 * hold a token.
 *
 * @param what what was asked for, as in {@link requests}
 * @param sent secrets of the request, which a refusal may repeat
 */
export function toFailure(sdk: Sdk, error: unknown, what: string, sent: readonly Secret[] = []): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof sdk.IssuerMismatchError) {
    return refused(messages.otherIssuer(shown(error.expected), shown(error.received)));
  }
  if (error instanceof sdk.RegistrationRejectedError) {
    return unavailable(messages.registrationRefused(error.status, errorIn(error.body)));
  }
  if (isRefusal(sdk, error)) return unavailable(messages.refused(wordsOf(error, sent)));
  return unavailable(messages.oddResponse(what));
}

type Secret = string | null | undefined;

/** The words of a refusal, on one line, without the secrets that were sent. */
export function wordsOf(error: unknown, sent: readonly Secret[] = []): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const words = [code, message].filter((part) => typeof part === "string" && part !== "").join(": ");
  return toSingleLine(createMask(sent.flatMap((value) => (value ? { name: "token", value } : [])))(words), 300);
}

export const shown = (value: unknown): string => toSingleLine(typeof value === "string" ? value : "none", 200);

function errorIn(body: string): string {
  try {
    const { error, error_description } = JSON.parse(body) as Record<string, unknown>;
    return wordsOf({ code: error, message: error_description });
  } catch {
    return "";
  }
}

/** Whether a token can be sent in a header: one word of visible ASCII characters. */
export const validToken = (token: string): boolean => token.length <= 32_768 && /^[\x21-\x7e]+$/.test(token);
