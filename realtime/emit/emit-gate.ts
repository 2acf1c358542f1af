import { bearerToken, createSecretCheck } from "../../shared/server/emit-token.ts";
import { AppError } from "../../shared/server/errors.ts";
import { createTokenBucket } from "../sockets/token-bucket.ts";
import { messages } from "./messages.ts";

/** Requests per second that are refused with 401; further ones get 429, so that a wrong token costs little. */
const REFUSALS_PER_SECOND = 20;
const REFUSAL_BURST = 200;

export interface EmitGate {
  /** Whether an `Authorization` header holds the emit token. */
  admits(authorization: string | undefined): boolean;
  /** @throws AppError `unauthorized` when it does not, `rate_limited` when that happens too often */
  require(authorization: string | undefined): void;
}

export function createEmitGate(emitToken: string): EmitGate {
  const isEmitToken = createSecretCheck(emitToken);
  const refusals = createTokenBucket(REFUSALS_PER_SECOND, REFUSAL_BURST);
  const admits = (authorization: string | undefined) => isEmitToken(bearerToken(authorization));
  return {
    admits,
    require(authorization) {
      if (admits(authorization)) return;
      if (!refusals.take()) throw new AppError("rate_limited", messages.tooManyRefusals, { retryAfter: 5 });
      throw new AppError("unauthorized", messages.wrongToken);
    },
  };
}
