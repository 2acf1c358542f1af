import type { AlertChannel } from "../../../../shared/protocol/alert.ts";
import type { ChannelType } from "../../../../shared/protocol/alert-kinds.ts";
import type { AlertChannelDraft } from "../../lib/api/alerts.ts";
import { keepableAddress } from "../../lib/keepable.ts";

/** The fields of the editor as they are typed. An empty secret keeps the stored one. */
export interface ChannelDraft {
  name: string;
  type: ChannelType;
  url: string;
  format: "json" | "slack" | "discord";
  signingKey: string;
  headerName: string;
  headerValue: string;
  server: string;
  topic: string;
  token: string;
  host: string;
  port: string;
  security: "starttls" | "tls" | "none";
  user: string;
  password: string;
  from: string;
  /** One a line. */
  to: string;
}

export interface ChannelFields extends ChannelDraft {
  enabled: boolean;
}

export const newDraft = (): ChannelDraft => ({
  name: "",
  type: "webhook",
  url: "",
  format: "json",
  signingKey: "",
  headerName: "",
  headerValue: "",
  server: "https://ntfy.sh",
  topic: "",
  token: "",
  host: "",
  port: "587",
  security: "starttls",
  user: "",
  password: "",
  from: "",
  to: "",
});

/** Only what is shown comes back; the secrets are empty. */
export function toDraft({ name, type, settings }: AlertChannel): ChannelDraft {
  const shown = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, Array.isArray(value) ? value.join("\n") : String(value)]),
  );
  const { origin: _, ...fields } = shown;
  return { ...newDraft(), ...fields, name, type };
}

/** What a draft may hold: whoever knows the address of a webhook or the topic of a server can use it. */
export function keepChannel(fields: ChannelFields): Partial<ChannelFields> {
  const { name, type, format, headerName, server, host, port, security, user, from, to, enabled } = fields;
  const mail = { host, port, security, user, from, to };
  return { name, type, enabled, format, headerName, server: keepableAddress(server), ...mail };
}

/** Choices that this version of the panel does not know are left as they were. */
export function restoreChannel({ type, format, security, ...kept }: Partial<ChannelFields>): Partial<ChannelFields> {
  return {
    ...kept,
    ...(type && Object.hasOwn(keptOut, type) && { type }),
    ...(format && ["json", "slack", "discord"].includes(format) && { format }),
    ...(security && ["starttls", "tls", "none"].includes(security) && { security }),
  };
}

/** What drafts of each type leave out. */
export const keptOut: Record<ChannelType, string> = {
  webhook: "the address, the signing key and the header's value",
  ntfy: "the topic and the token",
  email: "the password",
};

export type ChannelErrors = Partial<Record<keyof ChannelDraft, string>>;

/** @param stored Names of the secrets that the server holds. */
export function toChannel(
  draft: ChannelDraft,
  stored: readonly string[],
  enabled: boolean,
): { channel: AlertChannelDraft } | { errors: ChannelErrors } {
  const errors: ChannelErrors = {};
  const secret = (typed: string, name: string) => (typed !== "" ? typed : stored.includes(name) ? null : undefined);
  const name = draft.name.trim();
  if (name === "") errors.name = "A name is needed.";
  const to = draft.to
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter(Boolean);
  if (draft.type === "webhook" && draft.url.trim() === "" && !stored.includes("url"))
    errors.url = "An address is needed.";
  if (draft.type === "ntfy" && draft.topic.trim() === "" && !stored.includes("topic"))
    errors.topic = "A topic is needed.";
  if (draft.type === "email") {
    if (draft.host.trim() === "") errors.host = "The name of a mail server is needed.";
    if (!/^\d{1,5}$/.test(draft.port)) errors.port = "A port is needed.";
    if (draft.from.trim() === "") errors.from = "An address is needed.";
    if (to.length === 0) errors.to = "At least one address is needed.";
  }
  const header = draft.headerName.trim();
  if (draft.type === "webhook" && header !== "" && draft.headerValue === "" && !stored.includes("header")) {
    errors.headerValue = "A value is needed.";
  }
  if (Object.keys(errors).length > 0) return { errors };
  if (draft.type === "webhook") {
    const value = draft.headerValue === "" ? null : draft.headerValue;
    const settings = {
      type: "webhook" as const,
      url: draft.url.trim() === "" ? null : draft.url.trim(),
      format: draft.format,
      signingKey: secret(draft.signingKey, "signingKey"),
      ...(header === "" ? {} : { header: { name: header, value } }),
    };
    return { channel: { name, enabled, settings } };
  }
  if (draft.type === "ntfy") {
    const token = secret(draft.token, "token");
    const settings = { type: "ntfy" as const, server: draft.server.trim(), topic: draft.topic.trim() || null, token };
    return { channel: { name, enabled, settings } };
  }
  const user = draft.user.trim();
  const settings = {
    type: "email" as const,
    host: draft.host.trim(),
    port: Number(draft.port),
    security: draft.security,
    ...(user === "" ? {} : { user, password: secret(draft.password, "password") }),
    from: draft.from.trim(),
    to,
  };
  return { channel: { name, enabled, settings } };
}
