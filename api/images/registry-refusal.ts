import type { EngineError } from "../../shared/docker/engine-client.ts";
import { createMask } from "../../shared/docker/value-mask.ts";
import { AppError } from "../../shared/server/errors.ts";
import { engineErrorOf } from "../docker/resource-calls.ts";
import { messages } from "./messages.ts";

/**
 * Turns an error of a registry into an `AppError` with a plain sentence. The error of the Engine is its cause.
 *
 * @param registryAuth Credentials that were sent, in the form of `toRegistryAuth`. They are masked in the cause.
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
    return refuse("rate_limited", messages.rateLimited);
  }
  if (/no space left on device/i.test(message)) return refuse("storage_full", messages.diskFull);
  if (/manifest unknown|not found: manifest|manifest for .* not found|name unknown/i.test(message)) {
    return refuse("not_found", messages.notInRegistry);
  }
  if (/no matching manifest/i.test(message)) {
    return refuse("not_found", messages.wrongPlatform);
  }
  if (/unauthorized|access denied|no basic auth|authentication required|incorrect username|denied:/i.test(message)) {
    return refuse("forbidden", messages.loginNeeded);
  }
  if (/not found/i.test(message)) return refuse("not_found", messages.notInRegistry);
  return refuse("upstream_unavailable", messages.registryUnreachable);
}

/** Masks the password in each form that is sent to a registry. */
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
