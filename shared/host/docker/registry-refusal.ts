import { AppError } from "../../server/errors.ts";
import { engineErrorOf } from "./thing-calls.ts";

/** What a registry answered, or that it did not, from the Engine's words; those hold addresses and are not passed on. */
export function toRegistryRefusal(error: unknown): unknown {
  const engine = engineErrorOf(error);
  return engine ? registryRefusal(engine.message, engine) : error;
}

/** @param message In the Engine's words, from the status of its answer or from inside its stream. */
export function registryRefusal(message: string, cause?: unknown): AppError {
  const refuse = (
    code: "rate_limited" | "forbidden" | "not_found" | "storage_full" | "upstream_unavailable",
    text: string,
  ) => new AppError(code, text, cause === undefined ? {} : { cause });
  if (/toomanyrequests|too many requests|rate limit/i.test(message)) {
    return refuse("rate_limited", "The registry asks for fewer requests: wait, or log in to it.");
  }
  if (/no space left on device/i.test(message))
    return refuse("storage_full", "The disk is full; free some of it first.");
  if (/manifest unknown|not found: manifest|manifest for .* not found|name unknown/i.test(message)) {
    return refuse("not_found", "The registry has no such image or tag.");
  }
  if (/no matching manifest/i.test(message)) {
    return refuse("not_found", "The image does not exist for the processor of this machine.");
  }
  if (/unauthorized|access denied|no basic auth|authentication required|incorrect username|denied:/i.test(message)) {
    return refuse("forbidden", "The registry has no such image, or wants a log-in for it; add one for this registry.");
  }
  if (/not found/i.test(message)) return refuse("not_found", "The registry has no such image or tag.");
  return refuse("upstream_unavailable", "The registry cannot be reached from this machine, or does not answer as one.");
}
