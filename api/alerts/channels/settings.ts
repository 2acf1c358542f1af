import type { AlertChannel, ChannelSettings } from "../../../shared/protocol/alert.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

/** Settings with all secrets. */
export type StoredSettings =
  | {
      type: "webhook";
      url: string;
      format: "json" | "slack" | "discord";
      signingKey?: string | undefined;
      header?: { name: string; value: string } | undefined;
    }
  | { type: "ntfy"; server: string; topic: string; token?: string | undefined }
  | {
      type: "email";
      host: string;
      port: number;
      security: "starttls" | "tls" | "none";
      user?: string | undefined;
      password?: string | undefined;
      from: string;
      to: string[];
    };

const missingSecret = () => new AppError("invalid_input", messages.secretAgain);
const originOf = (url: string) => new URL(url).origin;

/**
 * Replaces each `null` of a change with the stored secret.
 *
 * A secret is only kept for the address it was entered for; otherwise a change of the address would reveal it.
 * @throws AppError `invalid_input` when a secret is missing, or when a password would be sent without encryption.
 */
export function mergeSecrets(before: StoredSettings | undefined, after: ChannelSettings): StoredSettings {
  const keep = (given: string | null | undefined, stored: string | undefined): string | undefined => {
    if (given !== null) return given;
    if (stored === undefined) throw missingSecret();
    return stored;
  };
  if (after.type === "webhook") {
    const old = before?.type === "webhook" ? before : undefined;
    const url = keep(after.url, old?.url) as string;
    const same = old && originOf(old.url) === originOf(url) ? old : undefined;
    const value = after.header && keep(after.header.value, same?.header?.value);
    return {
      type: "webhook",
      url,
      format: after.format,
      signingKey: keep(after.signingKey, same?.signingKey),
      header: after.header && value !== undefined ? { name: after.header.name, value } : undefined,
    };
  }
  if (after.type === "ntfy") {
    const same = before?.type === "ntfy" && originOf(before.server) === originOf(after.server) ? before : undefined;
    return { ...after, topic: keep(after.topic, same?.topic) as string, token: keep(after.token, same?.token) };
  }
  const isSame = before?.type === "email" && before.host === after.host && before.port === after.port;
  // A weaker encryption counts as another address: it would expose the password on its way.
  const same = isSame && (before.security === after.security || before.security === "none") ? before : undefined;
  const password = keep(after.password, same?.password);
  if (password !== undefined && after.security === "none") {
    throw new AppError("invalid_input", messages.passwordNeedsEncryption);
  }
  return { ...after, password };
}

/** Settings without secrets. The path of a webhook is a secret: most receivers accept posts from anyone who knows it. */
export function toShown(settings: StoredSettings): Pick<AlertChannel, "target" | "settings" | "secrets"> {
  if (settings.type === "webhook") {
    const origin = originOf(settings.url);
    const secrets = ["url", ...(settings.signingKey ? ["signingKey"] : []), ...(settings.header ? ["header"] : [])];
    const shown = { format: settings.format, origin, headerName: settings.header?.name };
    return { target: `${origin}/…`, settings: shown, secrets };
  }
  if (settings.type === "ntfy") {
    const { server, token } = settings;
    return {
      target: `a topic at ${new URL(server).host}`,
      settings: { server },
      secrets: ["topic", ...(token ? ["token"] : [])],
    };
  }
  const { host, port, security, user, from, to, password } = settings;
  return {
    target: `${to[0] ?? ""}${to.length > 1 ? ` and ${to.length - 1} more` : ""} by ${host}`,
    settings: { host, port, security, user: user || undefined, from, to },
    secrets: password ? ["password"] : [],
  };
}
