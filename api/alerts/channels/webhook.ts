import { createHmac } from "node:crypto";
import { type AlertMessage, severityOf, textOf, titleOf } from "../message.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { StoredSettings } from "./settings.ts";

export const SIGNATURE_HEADER = "x-ai-desktop-signature";
/** Discord refuses longer messages. */
const MAX_DISCORD_LENGTH = 1_900;
/** Discord shows no preview of addresses. */
const SUPPRESS_EMBEDS = 4;

/** The request of a webhook. The signature includes the time, which prevents replays. */
export function webhookRequest(
  { url, format, signingKey, header }: Extract<StoredSettings, { type: "webhook" }>,
  message: AlertMessage,
): OutgoingRequest {
  const body = JSON.stringify(documentOf(format, message));
  const time = Math.floor(Date.now() / 1_000);
  const signature = signingKey && createHmac("sha256", signingKey).update(`${time}.${body}`).digest("hex");
  const headers: Record<string, string> = header ? { [header.name]: header.value } : {};
  if (signature) headers[SIGNATURE_HEADER] = `t=${time},v1=${signature}`;
  return {
    url,
    body,
    headers,
  };
}

function documentOf(format: "json" | "slack" | "discord", message: AlertMessage): object {
  const title = titleOf(message);
  const text = textOf(message);
  // Slack cannot escape its markup, and Mattermost parses Markdown here: a code block is plain text in both.
  if (format === "slack") return { text: `\`\`\`\n${forSlack(`${title}\n${text}`)}\n\`\`\`` };
  if (format === "discord") {
    // A container name must not mention anyone.
    const content = `**${forDiscord(title)}**\n${forDiscord(text)}`.slice(0, MAX_DISCORD_LENGTH).toWellFormed();
    return { content, allowed_mentions: { parse: [] }, flags: SUPPRESS_EMBEDS };
  }
  const { host, events, lost, test = false } = message;
  return { version: 1, host, title, text, severity: severityOf(message), test, lost, events };
}

const forSlack = (text: string) =>
  text.replaceAll("`", "'").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Escapes Markdown, and colons: Discord turns addresses into links and `:name:` into pictures. */
const forDiscord = (text: string) => text.replace(/[\\`*_~|<>#[\]()@:-]/g, "\\$&");
