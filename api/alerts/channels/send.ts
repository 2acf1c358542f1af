import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { createPinnedFetch } from "../../outbound/pinned-fetch.ts";
import type { AlertMessage } from "../message.ts";
import { messages } from "../messages.ts";
import { sendMail } from "./email.ts";
import { ntfyRequest } from "./ntfy.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import { reasonOf, SEND_LIMIT_MS, withinLimit } from "./send-limit.ts";
import type { StoredSettings } from "./settings.ts";
import { webhookRequest } from "./webhook.ts";

/** Bytes of a response that are read before the connection is closed. Its content is not used. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/**
 * Sends one message to a channel.
 *
 * @throws AppError with the reason. It never contains text of the receiver: responses of internal servers must not be
 * readable through the panel.
 */
export async function sendMessage(
  settings: StoredSettings,
  message: AlertMessage,
  rules: AddressRules,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SEND_LIMIT_MS)]);
  if (settings.type === "email") return sendMail(settings, message, rules, limit);
  await post(
    settings.type === "webhook" ? webhookRequest(settings, message) : ntfyRequest(settings, message),
    rules,
    limit,
  );
}

async function post({ url, headers, body }: OutgoingRequest, rules: AddressRules, signal: AbortSignal): Promise<void> {
  const pinned = createPinnedFetch(await withinLimit(rules.pin(url), signal));
  try {
    const response = await pinned.fetch(url, {
      method: "POST",
      body,
      signal,
      headers: { "content-type": "application/json", "user-agent": "ai-desktop-alerts", ...headers },
    });
    await discard(response);
    if (response.status >= 300 && response.status < 400) throw new AppError("upstream_unavailable", messages.redirects);
    if (!response.ok) throw new AppError("upstream_unavailable", messages.responseStatus(response.status));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("upstream_unavailable", reasonOf(error, signal), { cause: error });
  } finally {
    pinned.close();
  }
}

async function discard(response: Response): Promise<void> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) break;
  }
}
