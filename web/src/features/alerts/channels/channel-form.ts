import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import type { ChannelType } from "../../../../../shared/protocol/alert-kinds.ts";
import { hostOf } from "../../../../../shared/protocol/allowed-entry.ts";
import type { AlertChannelDraft } from "../../../lib/api/alerts.ts";
import { keepableAddress } from "../../../lib/keepable.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import { alertMessages } from "../messages.ts";

const texts = alertMessages.channelErrors;

/** The fields of the channel dialog as typed. An empty secret keeps the stored one. */
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
  /** One address per line. */
  to: string;
}

export interface ChannelFields extends ChannelDraft {
  enabled: boolean;
}

/** Host and port that a channel sends to, as an entry of the list of allowed hosts. */
export function channelHost({ type, url, server, host, port }: ChannelDraft): string | undefined {
  if (type === "email") return host.trim() === "" ? undefined : `${host.trim()}:${port.trim()}`;
  return hostOf((type === "ntfy" ? server : url).trim());
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

/** The fields of a stored channel; its secrets are empty. */
export function toDraft({ name, type, settings }: AlertChannel): ChannelDraft {
  const shown = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, Array.isArray(value) ? value.join("\n") : String(value)]),
  );
  const { origin: _, ...fields } = shown;
  return { ...newDraft(), ...fields, name, type };
}

/** What a draft keeps. The address of a webhook and the topic of a server are secrets: anyone who knows them can use them. */
export function keepChannel(fields: ChannelFields): Partial<ChannelFields> {
  const { name, type, format, headerName, server, host, port, security, user, from, to, enabled } = fields;
  const mail = { host, port, security, user, from, to };
  return { name, type, enabled, format, headerName, server: keepableAddress(server), ...mail };
}

/** Fields of a stored draft, without choices that this version does not know. */
export function restoreChannel({ type, format, security, ...kept }: Partial<ChannelFields>): Partial<ChannelFields> {
  return {
    ...kept,
    ...ifKnown({ type }, type !== undefined && Object.hasOwn(draftOmits, type)),
    ...ifKnown({ format }, format !== undefined && ["json", "slack", "discord"].includes(format)),
    ...ifKnown({ security }, security !== undefined && ["starttls", "tls", "none"].includes(security)),
  };
}

/** The secrets that a draft of each type omits. */
export const draftOmits: Record<ChannelType, string> = {
  webhook: "the address, the signing key and the header's value",
  ntfy: "the topic and the token",
  email: "the password",
};

export type ChannelErrors = Partial<Record<keyof ChannelDraft, string>>;

/**
 * The request to the server, or the errors by field.
 * @param stored Names of the secrets that the server has.
 */
export function toChannel(
  draft: ChannelDraft,
  stored: readonly string[],
  enabled: boolean,
): { channel: AlertChannelDraft } | { errors: ChannelErrors } {
  const errors: ChannelErrors = {};
  const secret = (typed: string, name: string) => (typed !== "" ? typed : stored.includes(name) ? null : undefined);
  const name = draft.name.trim();
  if (name === "") errors.name = texts.name;
  const to = draft.to
    .split(/[\n,]/)
    .map((address) => address.trim())
    .filter(Boolean);
  if (draft.type === "webhook" && draft.url.trim() === "" && !stored.includes("url")) errors.url = texts.address;
  if (draft.type === "ntfy" && draft.topic.trim() === "" && !stored.includes("topic")) errors.topic = texts.topic;
  if (draft.type === "email") {
    if (draft.host.trim() === "") errors.host = texts.host;
    if (!/^\d{1,5}$/.test(draft.port)) errors.port = texts.port;
    if (draft.from.trim() === "") errors.from = texts.address;
    if (to.length === 0) errors.to = texts.recipients;
  }
  const header = draft.headerName.trim();
  if (draft.type === "webhook" && header !== "" && draft.headerValue === "" && !stored.includes("header")) {
    errors.headerValue = texts.headerValue;
  }
  if (Object.keys(errors).length > 0) return { errors };
  if (draft.type === "webhook") {
    const value = draft.headerValue === "" ? null : draft.headerValue;
    const settings = {
      type: "webhook" as const,
      url: draft.url.trim() === "" ? null : draft.url.trim(),
      format: draft.format,
      signingKey: secret(draft.signingKey, "signingKey"),
      header: header === "" ? undefined : { name: header, value },
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
    user: user === "" ? undefined : user,
    password: user === "" ? undefined : secret(draft.password, "password"),
    from: draft.from.trim(),
    to,
  };
  return { channel: { name, enabled, settings } };
}
