import { AppError } from "../../../shared/server/errors.ts";
import { toDetail } from "../../../shared/server/upstream-error.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";

interface Coded {
  code?: unknown;
  name?: unknown;
  cause?: unknown;
}

/**
 * The error for settings of an OpenID provider that cannot be read, with a sentence that names what to set.
 * @param issuer The value of `OIDC_ISSUER`.
 */
export function toDiscoveryFailure(error: unknown, issuer: string, seconds: number): AppError {
  return new AppError("upstream_unavailable", sentenceOf(error, issuer, seconds), { cause: error });
}

function sentenceOf(error: unknown, issuer: string, seconds: number): string {
  const { code, name, cause } = (error ?? {}) as Coded;
  const place = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  if (code === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED") {
    const { body } = (cause ?? {}) as { body?: { issuer?: unknown } };
    const given = shown(body?.issuer);
    return `The OpenID provider gives its issuer as "${given}", but OIDC_ISSUER is "${issuer}". If that is your provider, set OIDC_ISSUER=${given} and restart the API.`;
  }
  if (code === "OAUTH_HTTP_REQUEST_FORBIDDEN" || code === "OAUTH_REQUEST_PROTOCOL_FORBIDDEN") {
    return "OIDC_ISSUER must begin with https://, unless the OpenID provider is on this machine.";
  }
  if (cause instanceof Response) {
    const { status, headers } = cause;
    const location = headers.get("location");
    if (status >= 300 && status < 400 && location !== null) {
      return `The OpenID provider answered ${status} at ${place}: it redirects to ${shown(location)}, which is not followed. Set OIDC_ISSUER to the address it gives as its issuer.`;
    }
    if (status !== 200) return `The OpenID provider answered ${status} at ${place}. Check OIDC_ISSUER.`;
    const type = shown(headers.get("content-type") ?? "no type of content");
    return `The OpenID provider answered at ${place} with ${type} instead of JSON. Check OIDC_ISSUER.`;
  }
  if (code === "OAUTH_PARSE_ERROR" || code === "OAUTH_INVALID_RESPONSE" || error instanceof SyntaxError) {
    return `What answers at ${place} are not the settings of an OpenID provider. Check OIDC_ISSUER.`;
  }
  if (code === "OAUTH_TIMEOUT" || name === "TimeoutError") {
    return `The OpenID provider did not answer at ${place} within ${seconds} s.`;
  }
  const reason = connectionFailure(error, "The OpenID provider");
  return `The OpenID provider cannot be reached at ${place}.${reason === undefined ? "" : ` ${reason}`}`;
}

const shown = (text: unknown): string => toDetail(String(text), []).replace(/\s+/g, " ").slice(0, 300);
