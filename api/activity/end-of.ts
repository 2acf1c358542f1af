import { toAppError, toFailure } from "../../shared/server/errors.ts";
import type { ActivityEnd } from "./record.ts";

/** The end of an action that threw: a refusal, or a failure of the server or of what it called. */
export function endOf(thrown: unknown): ActivityEnd {
  const error = toAppError(thrown);
  const { error: message, code, detail } = toFailure(error, undefined, true);
  return { state: error.status < 500 ? "refused" : "failed", error: { code, message, detail } };
}
