import type { EngineError } from "../../shared/docker/engine-client.ts";
import { createMask } from "../../shared/docker/value-mask.ts";
import { AppError } from "../../shared/server/errors.ts";
import { engineErrorOf } from "../docker/resource-calls.ts";

/**
 * Sorts what a registry answered, or that it did not, into sentences of ours; the Engine's words travel on as the cause.
 *
 * @param registryAuth Credentials that were sent, as `toRegistryAuth` makes them: they are taken out of those words.
 */
export function toRegistryRefusal(error: unknown, registryAuth?: string): unknown {
  const engine = engineErrorOf(error);
  if (!engine) return error;
  if (registryAuth !== undefined) engine.hide(maskCredentials(registryAuth));
  return registryRefusal(engine);
}

function registryRefusal(engine: EngineError): AppError {
  const { message } = engine;
  const refuse = (
    code: "rate_limited" | "forbidden" | "not_found" | "storage_full" | "upstream_unavailable",
    text: string,
  ) => new AppError(code, text, { cause: engine });
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
  return refuse(
    "upstream_unavailable",
    "The registry cannot be reached from this machine, or gave an unexpected answer.",
  );
}

/** Takes the password out, and every form of it that is sent to a registry. */
function maskCredentials(registryAuth: string): (text: string) => string {
  try {
    const { username, password } = JSON.parse(Buffer.from(registryAuth, "base64url").toString()) as Record<
      string,
      string
    >;
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    const values = [password ?? "", encodeURIComponent(password ?? ""), basic, registryAuth];
    return createMask(values.map((value) => ({ name: "password", value })));
  } catch {
    return () => "";
  }
}
