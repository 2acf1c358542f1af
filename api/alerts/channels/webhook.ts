import { createHmac } from "node:crypto";
import { type AlertMessage, severityOf, textOf, titleOf } from "../message.ts";
import type { OutgoingRequest } from "./send.ts";
import type { StoredSettings } from "./settings.ts";

export const SIGNATURE_HEADER = "x-ai-desktop-signature";
/** Discord refuses longer messages. */
const DISCORD_MAX = 1_900;
/** Discord shows no preview of addresses. */
const SUPPRESS_EMBEDS = 4;

/** What a webhook is sent. The signature covers the time too, so that a caught message cannot be sent again later. */
export function webhookRequest(
  { url, format, signingKey, header }: Extract<StoredSettings, { type: "webhook" }>,
  message: AlertMessage,
): OutgoingRequest {
  const body = JSON.stringify(documentOf(format, message));
  const time = Math.floor(Date.now() / 1_000);
  const signature = signingKey && createHmac("sha256", signingKey).update(`${time}.${body}`).digest("hex");
  return {
    url,
    body,
    headers: {
      ...(header ? { [header.name]: header.value } : {}),
      ...(signature ? { [SIGNATURE_HEADER]: `t=${time},v1=${signature}` } : {}),
    },
  };
}

function documentOf(format: "json" | "slack" | "discord", message: AlertMessage): object {
  const title = titleOf(message);
  const text = textOf(message);
  // Slack knows no escape for its markup, and Mattermost reads Markdown here: in a code block both show plain text.
  if (format === "slack") return { text: `\`\`\`\n${forSlack(`${title}\n${text}`)}\n\`\`\`` };
  if (format === "discord") {
    // Names of containers must not call anybody.
    const content = `**${forDiscord(title)}**\n${forDiscord(text)}`.slice(0, DISCORD_MAX).toWellFormed();
    return { content, allowed_mentions: { parse: [] }, flags: SUPPRESS_EMBEDS };
  }
  const { host, events, lost, test = false } = message;
  return { version: 1, host, title, text, severity: severityOf(message), test, lost, events };
}

const forSlack = (text: string) =>
  text.replaceAll("`", "'").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Markdown of Discord; a colon, too, since an address is a link and `:name:` a picture. */
const forDiscord = (text: string) => text.replace(/[\\`*_~|<>#[\]()@:-]/g, "\\$&");
